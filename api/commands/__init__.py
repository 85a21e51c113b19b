"""The commands of contract.md, one module each: `run(services, arguments, progress) -> Result`. Plain functions that print nothing.

The command line (api/cli.py) and the process that owns the home (api/routes/commands.py) find them here by name. A module is
imported when its command is asked for, so that a light one starts fast.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module

from api.commands.result import Arguments, Progress, Result
from api.wiring import Services
from store.errors import NotFound

Run = Callable[[Services, Arguments, Progress], Result]


@dataclass(frozen=True)
class Command:
    """`module:function` of a command; `owns`: it opens the index or the agents' checkpoints, so the home must be its own or it goes
    through the process that has it; `alone`: two of these do not run at once in one process; `whom`: the argument that names for whom it
    runs; `name`: what it is called, put in where it is found."""

    place: str
    owns: bool = False
    alone: bool = False
    whom: str = "as"
    name: str = ""

    def load(self) -> Run:
        """What runs it, for whom access.toml lets (admit.py)."""
        module, function = self.place.split(":")
        inner: Run = getattr(import_module(f"api.commands.{module}"), function)

        def run(services: Services, arguments: Arguments, progress: Progress) -> Result:
            from api.admit import admitted

            return inner(services, admitted(services, self.name, arguments, self.whom), progress)

        return run


COMMANDS: dict[str, Command] = {
    "load": Command("load:run", owns=True, alone=True),
    "ingest": Command("intake:run", owns=True, alone=True),
    "ingest-loose": Command("loose:ingest", owns=True, alone=True),
    "watch": Command("watch:run", owns=True, alone=True),
    "scan": Command("scan:run", owns=True, alone=True),
    "letters-choose": Command("proposals:choose"),
    "letters-draft": Command("proposals:draft"),
    "letters-list": Command("letters:listing"),
    "letters-prices": Command("proposals:prices"),
    "letters-propose": Command("proposals:propose"),
    "letters-renew": Command("letters:renew"),
    "letters-send": Command("proposals:send"),
    "letters-show": Command("proposals:show"),
    "letters-withdraw": Command("proposals:withdraw"),
    "setup": Command("letters:setup", owns=True),
    "outbox-list": Command("outbox:listing"),
    "outbox-send": Command("outbox:send"),
    "outbox-decide": Command("outbox:decide"),
    "requests-change": Command("requests:change"),
    "requests-close": Command("requests:close"),
    "requests-confirm": Command("requests:confirm"),
    "requests-list": Command("requests:listing"),
    "requests-make": Command("requests:make"),
    "requests-move": Command("requests:move"),
    "requests-remind": Command("requests:remind"),
    "requests-reopen": Command("requests:reopen"),
    "report": Command("reports:run"),
    "report-card": Command("report_card:run"),
    "learning": Command("report_card:learning"),
    "scan-cancel": Command("scan:cancel"),
    "index-rebuild": Command("index:rebuild", owns=True, alone=True),
    "index-reread": Command("index:reread", owns=True, alone=True),
    "index-verify": Command("index:verify", owns=True),
    "search": Command("search:run", owns=True),
    "search-all": Command("search:everywhere", owns=True),
    "ask": Command("ask:run", owns=True),
    "ask-all": Command("ask:everywhere"),
    "draft": Command("draft:run", owns=True),
    "review": Command("review:review", owns=True),
    "release": Command("review:release"),
    "release-several": Command("review:release_several"),
    "comment-comment": Command("review:comment_on"),
    "comment-resolve": Command("review:resolve_comment"),
    "signals": Command("signals:run"),
    "decide": Command("signals:decide"),
    "brief": Command("brief:run", whom="for"),
    "contradictions": Command("contradictions:listing"),
    "contradictions-accept": Command("contradictions:take"),
    "contradictions-keep": Command("contradictions:stand"),
    "contradictions-ask": Command("contradictions:question", owns=True),
    "history": Command("contradictions:history"),
    "deliverables": Command("deliverables:listing"),
    "deliverables-show": Command("deliverables:show"),
    "deadlines": Command("deadlines:listing"),
    "deadlines-rules": Command("deadlines:rules"),
    "deadlines-postponements": Command("deadlines:relief"),
    "deadlines-postpone": Command("deadlines:postpone"),
    "deadlines-withdraw": Command("deadlines:withdraw"),
    "deadlines-state-load": Command("deadlines:state_load"),
    "deadlines-state-list": Command("deadlines:state_list"),
    "deadlines-state-remove": Command("deadlines:state_remove"),
    "audit-verify": Command("trail:verify"),
    "audit-log": Command("trail:log"),
    "export": Command("export:run"),
    "import": Command("imports:run", owns=True, alone=True),
    "imports-list": Command("imports:listing"),
    "source-add": Command("sources:add"),
    "source-list": Command("sources:listing"),
    "source-remove": Command("sources:remove"),
    "source-set": Command("sources:change"),
    "source-sync": Command("sources:read", owns=True),
    "imports-show": Command("imports:show"),
    "imports-undo": Command("imports:undo", owns=True, alone=True),
    "loose": Command("loose:listing"),
    "versions": Command("versions:listing"),
    "versions-undo": Command("versions:undo", owns=True, alone=True),
    "loose-file": Command("loose:file", owns=True, alone=True),
    "loose-drop": Command("loose:drop"),
    "facts": Command("facts:listing"),
    "facts-fill": Command("facts:fill"),
    "facts-correct": Command("facts:correct", owns=True, alone=True),
    "facts-kind": Command("facts:kind", owns=True, alone=True),
    "facts-undo": Command("facts:undo", owns=True, alone=True),
    "books": Command("books:run"),
    "knowledge": Command("knowledge:listing"),
    "knowledge-accept": Command("knowledge:take"),
    "knowledge-end": Command("knowledge:finish"),
    "knowledge-add": Command("knowledge:write"),
    "preferences": Command("preferences:listing"),
    "preferences-accept": Command("preferences:take"),
    "preferences-off": Command("preferences:off"),
    "unlock": Command("unlock:run", owns=True, alone=True),
    "client-list": Command("directory:clients"),
    "client-show": Command("directory:show"),
    "client-add": Command("directory:add"),
    "client-set": Command("directory:change"),
    "client-move": Command("directory:move"),
    "contact-list": Command("directory:people"),
    "contact-show": Command("directory:person"),
    "contact-set": Command("directory:change_person"),
    "directory-apart": Command("directory:two"),
    "directory-duplicates": Command("directory:duplicates"),
    "directory-merge": Command("directory:merge", owns=True, alone=True),
    "person-invite": Command("person:invite"),
    "person-reset-factor": Command("person:reset_factor"),
    "person-set-password": Command("person:set_password"),
    "glass-break": Command("people:break_glass"),
    "glass-close": Command("people:close"),
    "glass-list": Command("people:broken"),
    "person-add": Command("people:add"),
    "person-deactivate": Command("people:deactivate"),
    "person-list": Command("people:people"),
    "person-reactivate": Command("people:reactivate"),
    "person-role": Command("people:set_role"),
    "role-list": Command("people:all_roles"),
    "team-add": Command("people:join"),
    "team-remove": Command("people:leave"),
    "team-show": Command("people:team"),
    "wall-lift": Command("people:lift"),
    "wall-list": Command("people:all_walls"),
    "wall-set": Command("people:put_up"),
    "records": Command("records:run"),
    "retention": Command("retention:schedule"),
    "retention-set": Command("retention:set_kind"),
    "retention-due": Command("retention:due"),
    "retention-destroy": Command("retention:destroy", owns=True, alone=True),
    "hold": Command("retention:hold"),
    "erase": Command("retention:erase", owns=True, alone=True),
    "evidence": Command("retention:evidence"),
    "models-spent": Command("models:spent"),
    "time": Command("money:running"),
    "time-off-add": Command("planning:add_off"),
    "time-off-list": Command("planning:listing"),
    "time-off-remove": Command("planning:remove_off"),
    "undo": Command("planning:take_back", owns=True, alone=True),
    "time-start": Command("money:start"),
    "time-stop": Command("money:stop"),
    "time-add": Command("money:add"),
    "time-week": Command("money:sheet"),
    "money-adjustments": Command("accounts:adjustments"),
    "money-credit": Command("accounts:credit"),
    "money-open": Command("accounts:unbilled"),
    "money-restore": Command("accounts:restore"),
    "money-reverse": Command("accounts:reverse"),
    "money-statement": Command("accounts:statement"),
    "money-write-off": Command("accounts:write_off"),
    "money-write-to": Command("accounts:write_to"),
    "money-table": Command("money:table"),
    "money-books": Command("money:books"),
    "money-invoice": Command("money:invoice"),
    "money-issue": Command("money:issue"),
    "money-pay": Command("money:pay"),
    "money-pdf": Command("money:paper"),
    "money-ledger": Command("money:ledger"),
    "timeline": Command("timeline:show"),
    "inbox": Command("timeline:mail"),
    "note": Command("timeline:write"),
    "conflicts": Command("law:conflicts"),
    "matters-close": Command("matters:close"),
    "matters-list": Command("matters:listing"),
    "matters-open": Command("matters:opened"),
    "matters-parties": Command("matters:parties"),
    "matters-put-party": Command("matters:put_party"),
    "matters-remove-party": Command("matters:remove_party"),
    "matters-reopen": Command("matters:reopen"),
    "matters-show": Command("matters:show"),
    "trust-balance": Command("law:balance"),
    "trust-open": Command("trust_moves:opened"),
    "trust-pay": Command("trust_moves:pay"),
    "trust-receive": Command("trust_moves:receive"),
    "trust-reconcile": Command("law:reconciled"),
    "trust-reverse": Command("trust_moves:reverse"),
    "trust-transfer": Command("trust_moves:transfer"),
    "token-create": Command("tokens:create"),
    "token-list": Command("tokens:listing"),
    "token-revoke": Command("tokens:revoke"),
    "webhook-create": Command("webhooks:create"),
    "webhook-list": Command("webhooks:listing"),
    "webhook-log": Command("webhooks:log"),
    "webhook-remove": Command("webhooks:remove"),
    "webhook-test": Command("webhooks:test"),
    "work": Command("workflow:listing"),
    "work-start": Command("workflow:start"),
    "work-move": Command("workflow:move"),
    "work-series": Command("workflow:series_list"),
    "work-templates": Command("workflow:library"),
    "task-list": Command("workflow:task_list"),
    "task-add": Command("workflow:task_add"),
    "task-done": Command("workflow:task_done"),
    "roll-forward": Command("workflow:roll"),
    "automations": Command("automations:listing"),
    "backup-list": Command("backup:listing"),
    "backup-make": Command("backup:make"),
    "backup-test": Command("backup:test"),
    "backup-verify": Command("backup:verify"),
    "key-rotate": Command("keys:rotate", owns=True, alone=True),
    "key-show": Command("keys:show"),
    "automations-dry-run": Command("automations:tried"),
    "automations-log": Command("automations:log_of"),
    "workers": Command("workers:listing"),
    "worker-drain": Command("workers:let_go"),
    "worker-stay": Command("workers:keep"),
}


def find(name: str) -> Command:
    """The command of that name. Raises NotFound."""
    if name not in COMMANDS:
        raise NotFound(f"there is no command {name}")
    return replace(COMMANDS[name], name=name)
