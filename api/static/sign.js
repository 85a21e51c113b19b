// The field in which a signature is drawn, for a pointer of any kind. Without this script the name is typed.
"use strict";

const field = document.querySelector("#drawing");
if (field) {
  const form = field.closest("form"), kept = form.querySelector("input[name=strokes]"), pen = field.getContext("2d");
  const strokes = [];
  let now = null;
  form.querySelectorAll("[data-scripted]").forEach((one) => { one.hidden = false; });
  const at = (event) => {
    const box = field.getBoundingClientRect();
    const within = (value, most) => Math.min(Math.max(Math.round(value), 0), most);
    return [within((event.clientX - box.left) * 600 / box.width, 600), within((event.clientY - box.top) * 200 / box.height, 200)];
  };
  const draw = () => {
    pen.clearRect(0, 0, 600, 200);
    pen.strokeStyle = getComputedStyle(field).color;
    pen.lineWidth = 3;
    pen.lineCap = pen.lineJoin = "round";
    for (const one of strokes) {
      pen.beginPath();
      for (let i = 0; i < one.length; i += 2) pen[i ? "lineTo" : "moveTo"](one[i], one[i + 1]);
      pen.stroke();
    }
    kept.value = strokes.length ? JSON.stringify(strokes) : "";
  };
  field.addEventListener("pointerdown", (event) => { field.setPointerCapture(event.pointerId); now = at(event); strokes.push(now); event.preventDefault(); });
  field.addEventListener("pointermove", (event) => { if (now && strokes.flat().length < 7000) { now.push(...at(event)); draw(); } });
  field.addEventListener("pointerup", () => { now = null; draw(); });
  field.addEventListener("pointercancel", () => { now = null; draw(); });
  form.querySelector("[data-clear]").addEventListener("click", () => { strokes.length = 0; draw(); });
}
