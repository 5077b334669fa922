// Looks at a mail in a frame that is so wide, and returns what is wrong with it.
const PICTURE = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='1600' height='900'/>";
const loaded = (one) => new Promise((done) => { one.onload = done; });
// Composes a color over another; both as [red, green, blue, opacity].
const read = (text) => {
  const parts = text.match(/[\d.]+/g).map(Number);
  return parts.length === 3 ? [...parts, 1] : parts;
};
const over = ([r, g, b, a], under) => [r, g, b].map((one, i) => one * a + under[i] * (1 - a)).concat(1);
const light = (color) => {
  const [r, g, b] = color.map((one) => one / 255).map((one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (one, other) => {
  const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
};
function paper(view, element, page) {
  if (!element) return page;
  const style = view.getComputedStyle(element);
  return over(read(style.backgroundColor), paper(view, element.parentElement, page));
}
function texts(view, page, say) {
  const inside = view.document;
  const walker = inside.createTreeWalker(inside.body, view.NodeFilter.SHOW_TEXT);
  let seen = 0;
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const text = node.data.trim();
    const range = inside.createRange();
    range.selectNodeContents(node);
    const [box] = range.getClientRects();
    const element = node.parentElement;
    if (!text || !box || box.height < 2 || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    seen += 1;
    const style = view.getComputedStyle(element);
    const size = parseFloat(style.fontSize);
    if (size < 14) say("font-size", `${size} px: ${text}`);
    const under = paper(view, element, page);
    const ratio = contrast(over(read(style.color), under), under);
    if (ratio < 4.5) say("contrast", `${ratio.toFixed(2)}, ${style.color} on ${under}: ${text}`);
    const bounds = range.getBoundingClientRect();
    if (bounds.right > view.innerWidth + 0.5 || bounds.left < -0.5) say("cut-off", text);
  }
  if (!seen) say("empty", "there is no text");
}
function targets(view, say) {
  const all = [...view.document.querySelectorAll("a")];
  for (const link of all) {
    const { height, width } = link.getBoundingClientRect();
    const button = view.getComputedStyle(link).display !== "inline";
    const name = link.innerText.trim() || link.querySelector("img")?.alt || "";
    const least = button ? 44 : 16;
    if (height < least || width < 24) say("target", `${width} by ${height} px: ${name}`);
    if (!name) say("link-name", link.outerHTML);
    if (!/^(https:|mailto:|tel:|http:\/\/127\.0\.0\.1:)/.test(link.getAttribute("href") ?? "")) say("href", link.outerHTML);
  }
  // WCAG 2.2, 2.5.8: around the middle of each small one there is room for a finger.
  const boxes = all.flatMap((link) => [...link.getClientRects()].map((box) => [link, box]));
  for (const [i, [link, box]] of boxes.entries()) for (const [other, beside] of boxes.slice(i + 1)) {
    const apart = Math.hypot(box.x + box.width / 2 - beside.x - beside.width / 2, box.y + box.height / 2 - beside.y - beside.height / 2);
    if (other !== link && apart < 24) say("target-spacing", `${link.innerText} and ${other.innerText}`);
  }
}
function foreign(inside, say) {
  for (const one of inside.querySelectorAll("script, link, iframe, object, embed, video, audio, form, input, base")) say("foreign", one.outerHTML);
  for (const style of inside.querySelectorAll("style")) if (/@import|url\(|expression\(/i.test(style.textContent)) say("foreign", style.textContent);
  for (const one of inside.querySelectorAll("*")) for (const { name, value } of one.attributes) {
    if (/^on/i.test(name) || /javascript:/i.test(value) || (name === "style" && /url\(/i.test(value))) say("foreign", `${name}=${value}`);
  }
  for (const image of inside.querySelectorAll("img")) {
    if (!image.hasAttribute("alt")) say("alt", image.outerHTML);
    if (!/^https:/.test(image.dataset.src)) say("src", image.outerHTML);
  }
  if (!inside.documentElement.lang) say("lang", "it is in no language");
  if (!inside.title.trim()) say("title", "it has none");
}
async function look([page, html], width) {
  const found = [];
  const say = (rule, what) => found.push({ page, width, rule, what });
  const frame = document.createElement("iframe");
  // Nothing is fetched from afar: each picture is as large as one of a camera.
  const srcdoc = html.replace(/(<img[^>]* )src="([^"]*)"/g, `$1src="${PICTURE}" data-src="$2"`);
  Object.assign(frame, { width, height: 900, srcdoc });
  const ready = loaded(frame);
  document.body.append(frame);
  await ready;
  const view = frame.contentWindow, inside = view.document;
  const dark = view.matchMedia("(prefers-color-scheme: dark)").matches;
  const { colorScheme } = view.getComputedStyle(inside.documentElement);
  const night = dark && colorScheme.includes("dark");
  foreign(inside, say);
  texts(view, night ? [18, 18, 18, 1] : [255, 255, 255, 1], say);
  targets(view, say);
  const { scrollWidth, clientWidth } = inside.documentElement;
  if (scrollWidth > clientWidth) say("reflow", `${scrollWidth} px in ${clientWidth}`);
  frame.remove();
  return found;
}
