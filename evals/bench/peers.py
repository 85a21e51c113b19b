"""What a benchmark holds the product against in the same run: libraries as their own documentation uses them, and no more.

Raw Chroma over ready vectors, bm25s over the words, a plain RAG of LangChain (splitter, vectors in memory, one prompt), raw unstructured,
an empty route of FastAPI. Owns no measure. What an optional package is missing for is told once and left out.
"""

import importlib.util
import io
import json
import logging
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from api.output import tell
from store.embedder import Embedder
from store.vectors import Vectors

_FOUND = 10
_PROMPT = "Answer the question from the context alone.\n\nContext:\n{context}\n\nQuestion: {question}"


def milliseconds(work: Callable[..., Any], *given: Any) -> float:
    """Of one call, by the clock."""
    began = time.perf_counter()
    work(*given)
    return 1000 * (time.perf_counter() - began)


class RawChroma:
    """One collection with Chroma's own defaults (cosine), in a folder. It gets vectors and ids; questions come as ready vectors."""

    def __init__(self, folder: Path) -> None:
        import chromadb
        from chromadb.config import Settings

        self._client: Any = chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
        self._made = 0

    def put(self, vectors: Vectors) -> Any:
        """A new collection with these vectors."""
        self._made += 1
        kept = self._client.create_collection(
            f"peer-{self._made}", metadata={"hnsw:space": "cosine"}, embedding_function=None
        )
        for first in range(0, len(vectors), 2000):
            part = vectors[first : first + 2000]
            kept.add(ids=[str(first + n) for n in range(len(part))], embeddings=np.asarray(part, dtype=np.float32))
        return kept

    @staticmethod
    def near(kept: Any, vector: Vectors) -> Any:
        """The ten nearest."""
        return kept.query(query_embeddings=[vector], n_results=_FOUND, include=["distances"])


class WordsAlone:
    """bm25s with a stemmer, its index made beforehand."""

    def __init__(self, texts: Sequence[str]) -> None:
        import bm25s  # with a compiler of its own: a second of imports
        import Stemmer

        logging.getLogger("bm25s").setLevel(logging.WARNING)  # it tells of every index
        self._library, self._stemmer, self._size = bm25s, Stemmer.Stemmer("english"), len(texts)
        self._ranker = bm25s.BM25()
        self._ranker.index(bm25s.tokenize(list(texts), stemmer=self._stemmer, show_progress=False), show_progress=False)

    def find(self, question: str) -> None:
        """Rank the texts for a question."""
        tokens = self._library.tokenize([question], stemmer=self._stemmer, show_progress=False)
        self._ranker.retrieve(tokens, k=min(_FOUND, self._size), show_progress=False)


@cache
def has_rag() -> bool:
    """Whether the packages of the plain RAG are installed; says once where they are not."""
    there = importlib.util.find_spec("langchain_text_splitters") is not None
    if not there:
        tell("The plain RAG is left out: pip install '.[bench]' brings what it needs.")
    return there


class PlainRag:
    """The RAG of a first afternoon: split by length, embed with our own model, vectors in memory, the ten nearest into one prompt."""

    def __init__(self, embedder: Embedder) -> None:
        from langchain_core.vectorstores import InMemoryVectorStore
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        self._splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
        self._store = InMemoryVectorStore(_as_langchain(embedder))

    def read(self, texts: Sequence[str]) -> int:
        """Split and embed texts; gives how many pieces came of them."""
        return len(self._store.add_texts([piece for text in texts for piece in self._splitter.split_text(text)]))

    def put(self, texts: Sequence[str], vectors: Vectors) -> None:
        """Pieces with their vectors, which are ready."""
        for number, (text, vector) in enumerate(zip(texts, vectors, strict=True)):
            row = {"id": str(number), "vector": vector.tolist(), "text": text, "metadata": {}}
            self._store.store[str(number)] = row

    def find(self, question: str) -> list[str]:
        """The ten nearest pieces, the embedding of the question included."""
        return [one.page_content for one in self._store.similarity_search(question, k=_FOUND)]

    def ask(self, url: str, question: str) -> tuple[float, float]:
        """Milliseconds to the first words and to the end of an answer of a model at `url`."""
        began, first = time.perf_counter(), 0.0
        prompt = _PROMPT.format(context="\n\n".join(self.find(question)), question=question)
        body = {"model": "stub", "stream": True, "messages": [{"role": "user", "content": prompt}]}
        with httpx.stream("POST", f"{url}/chat/completions", json=body, timeout=60) as answer:
            for line in answer.iter_lines():
                if not first and _says(line):
                    first = time.perf_counter() - began
        return 1000 * first, 1000 * (time.perf_counter() - began)


def _says(line: str) -> bool:
    if not line.startswith("data: {"):
        return False
    choices = json.loads(line[6:])["choices"]
    return bool(choices and choices[0]["delta"].get("content"))


def _as_langchain(embedder: Embedder) -> Any:
    from langchain_core.embeddings import Embeddings

    class Ours(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            found: list[list[float]] = embedder.embed(texts).tolist()
            return found

        def embed_query(self, text: str) -> list[float]:
            return self.embed_documents([text])[0]

    return Ours()


def partitioned(name: str, data: bytes) -> int:
    """A file through raw unstructured, offline; how many characters came of it."""
    from ingestion.parse.library import prepare

    prepare()
    from unstructured.partition.auto import partition

    return sum(len(str(one)) for one in partition(file=io.BytesIO(data), metadata_filename=name, languages=["eng"]))


def empty_fastapi(path: str) -> Any:
    """FastAPI with one route that shows nothing: no door, no session, no database."""
    from fastapi import FastAPI, Response

    app = FastAPI()

    @app.get(path)
    def empty() -> Response:
        return Response("<!doctype html><title>Empty</title>", media_type="text/html")

    return app
