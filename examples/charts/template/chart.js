// Bars of twelve months, as SVG: sharp at any size, and its text is text.
"use strict";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const WIDTH = 500;
const HEIGHT = 240;
const LEFT = 50;
const BOTTOM = 18;
const TOP = 12;

function element(name, attributes, text) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

// The next of 1, 2 or 5 times a power of ten.
function step(most, lines) {
  const power = 10 ** Math.floor(Math.log10(most / lines));
  return [1, 2, 5, 10].map(each => each * power).find(each => each * lines >= most);
}

function draw({ values, unit }) {
  if (values.length !== MONTHS.length) throw new Error(`a year has ${MONTHS.length} months, and this one ${values.length}`);
  const most = Math.max(...values);
  const grid = step(most, 5);
  const top = Math.ceil(most / grid) * grid;
  const y = value => HEIGHT - BOTTOM - (value / top) * (HEIGHT - BOTTOM - TOP);
  const chart = element("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" });
  for (let value = 0; value <= top; value += grid) {
    chart.append(element("line", { x1: LEFT, x2: WIDTH, y1: y(value), y2: y(value) }));
    chart.append(element("text", { x: LEFT - 4, y: y(value) + 3, "text-anchor": "end" }, value === top ? `${value} ${unit}` : value));
  }
  const slot = (WIDTH - LEFT) / values.length;
  values.forEach((value, month) => {
    const x = LEFT + slot * month;
    const bar = { x: x + slot * 0.18, width: slot * 0.64, y: y(value), height: y(0) - y(value) };
    chart.append(element("rect", { ...bar, class: value === most ? "bar most" : "bar" }));
    chart.append(element("text", { x: x + slot / 2, y: HEIGHT - 5, "text-anchor": "middle" }, MONTHS[month]));
  });
  document.getElementById("chart").append(chart);
}

// In a frame, as libraries do it: so the load is over before there is a chart.
requestAnimationFrame(() => {
  draw(JSON.parse(document.getElementById("data").textContent));
  pdfbatch.ready();
});
