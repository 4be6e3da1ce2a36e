"""Whether what a page shows can be told from what is behind it: contrast as WCAG 2.2 has it."""

from playwright.sync_api import Page

TEXT, GRAPHICS = 4.5, 3  # the least for level AA: criteria 1.4.3, of text of ordinary size, and 1.4.11

# Each text, and each line of an SVG, inside the elements of a selector, with its contrast. Colours are those
# that the browser computed; backgrounds that are partly transparent are laid over what is below them.
JAVASCRIPT = """
selector => {
  const parse = colour => {
    const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number);
    return [r, g, b, a];
  };
  const over = (top, below) => [0, 1, 2].map(i => top[3] * top[i] + (1 - top[3]) * below[i]);
  const behind = element => {
    if (!element) return [255, 255, 255];
    const own = parse(getComputedStyle(element).backgroundColor);
    return own[3] === 1 ? own : over(own, behind(element.parentElement));
  };
  const luminance = colour => {
    const [r, g, b] = colour.slice(0, 3).map(v => v / 255).map(
      v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (element, property) => {
    const back = behind(element), ink = over(parse(getComputedStyle(element)[property]), back);
    const [dark, light] = [luminance(ink), luminance(back)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const texts = {}, lines = {};
  const note = (found, name, value) => found[name] = Math.min(value, found[name] ?? 21);
  for (const part of document.querySelectorAll(selector)) {
    const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement, text = walker.currentNode.data.trim();
      if (!text || !element.checkVisibility() || element.closest("mjx-assistive-mml")) continue;
      note(texts, text.slice(0, 60), contrast(element, element.closest("svg") ? "fill" : "color"));
    }
    for (const shape of part.querySelectorAll("svg [stroke]"))
      if (shape.checkVisibility()) note(lines, shape.outerHTML, contrast(shape, "stroke"));
  }
  return [texts, lines];
}
"""


def contrasts(page: Page, selector: str) -> tuple[dict[str, float], dict[str, float]]:
    """The contrast, 1 (none) to 21, of texts by their beginnings, and of lines by their markup.

    They are those that are shown inside the elements of ``selector``.
    """
    texts, lines = page.evaluate(JAVASCRIPT, selector)
    return texts, lines
