// Looks at one frame the way a person would: which landmarks are visible here, found how?
// In: probes [{name, kind, structure: [css], below_address: bool, words: [text], candidates: [text]}].
// Out, mostly as JSON: {url, born, hits: [{name, ranks: [n], how, detail, items: [{selector, index, printed, text, said, near,
// above, enabled, name, shape}]}]}; the index-th element that the selector matches is the one that was seen.
// Ranks count from 1: each structure entry, the row below the one that prints an address, attested words, candidates.
(html, probes) => {
  const CONTROLS = "a, button, [role=button], [role=link], [role=menuitem], input[type=submit], input[type=button]";
  const FIELDS = "input:not([type=hidden]):not([type=submit]):not([type=button]), textarea";
  const WRITABLE = "input[type=text], input[type=email], input:not([type])";
  const ADDRESS = /[^\s<>()"',;:]*(?:@|[*•]{2,})[^\s<>()"',;]*/g;

  const plain = (text) => (text || "").normalize("NFKC").replace(/\s+/g, " ").trim();
  // A button that counts down: “Get code (57)”.
  const uncounted = (text) => text.replace(/[\s([]+\d+\s*s?[)\]]?$/, "");
  const folded = (text) => uncounted(plain(text)).toLowerCase().replace(/[’`]/g, "'")
    .replace(/^[\s"'“”«».:!…]+|[\s"'“”«».:!…>›→]+$/g, "");
  // All landmarks ask the same of the same elements, and innerText is dear.
  const once = (ask) => {
    const known = new Map();
    return (about) => known.get(about) ?? known.set(about, ask(about)).get(about);
  };
  const visible = once((element) => {
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false;
    const box = element.getBoundingClientRect();
    return box.width > 1 && box.height > 1;
  });
  const said = once((element) => folded(element.innerText));
  const named = once((element) => [said(element), ...[element.value && element.matches("input") ? element.value : "",
    element.getAttribute("aria-label"), element.getAttribute("title")].map(folded)].filter(Boolean));
  const labelled = once((element) => [...(element.labels || [])].map(said)
    .concat([element.placeholder, element.getAttribute("aria-label"), element.getAttribute("label")].map(folded)).filter(Boolean));
  const enabled = (element) => !element.disabled && !element.readOnly && element.getAttribute("aria-disabled") !== "true"
    && !/(^|[-_ ])disabled($|[-_ ])/.test(element.getAttribute("class") || "");
  const tokens = (element) => [...new Set((element.innerText || "").match(ADDRESS) || [])].slice(0, 20);

  // The addresses printed nearest to an element: those of the closest surrounding element that prints any.
  const near = (element) => {
    for (let around = element; around; around = around.parentElement) {
      const found = tokens(around);
      if (found.length) return found;
    }
    return [];
  };
  // What an entry of a list says: the text of the largest surrounding element that holds no other entry.
  const entry = (element, all) => {
    const listed = element.closest("li");
    if (listed) return plain(listed.innerText).slice(0, 300);
    let around = element;
    while (around.parentElement && !all.some((other) => other !== element && around.parentElement.contains(other))
      && around.parentElement !== html && around.parentElement.tagName !== "BODY") around = around.parentElement;
    return plain(around.innerText || around.value).slice(0, 300);
  };

  // The addresses in the row just above a field: a row is as much around the field as prints no address.
  const above = once((field) => {
    let row = field.closest("tr, li, [role=row]") || field;
    while (row.parentElement && row.parentElement !== html && !tokens(row.parentElement).length) row = row.parentElement;
    let before = row.previousElementSibling;
    while (before && !plain(before.innerText)) before = before.previousElementSibling;
    return before ? tokens(before) : [];
  });

  const query = once((css) => [...html.querySelectorAll(css)].filter(visible));
  const saying = (kind, words) => {
    const wanted = new Set(words.map(folded));
    if (!wanted.size) return [];
    if (kind === "control") return query(CONTROLS).filter((element) => named(element).some((name) => wanted.has(name)));
    // A control whose own name does not say it (“Verify now”), but its entry of a list does.
    const inEntry = (element, word) => !said(element).includes(word) && said(element.closest("li") || element).includes(word);
    if (kind === "entry") return query(CONTROLS).filter((element) => [...wanted].some((word) => inEntry(element, word)));
    if (kind === "field") return query(FIELDS).filter((element) => labelled(element).some((name) => within(name, wanted)));
    // A text: the smallest elements that contain the words, looked for from the whole page downwards.
    const holds = (element) => [...wanted].some((word) => said(element).includes(word));
    const smallest = (element) => {
      const holding = [...element.children].filter(holds);
      return holding.length ? holding.flatMap(smallest) : [element];
    };
    const body = html.querySelector("body");
    return body && holds(body) ? smallest(body).filter((element) => element !== body && visible(element)) : [];
  };

  // A field's label may say more: “Re-enter the new e-mail address”, “Verification code 1 / 6”.
  const within = (label, wanted) => [...wanted].some((word) => ` ${label} `.includes(` ${word} `));

  // The name by which words found it, else its first.
  const called = (probe, element) => {
    const names = probe.kind === "field" ? labelled(element) : named(element);
    const wanted = new Set([...probe.words, ...probe.candidates].map(folded));
    const fits = (name) => probe.kind === "field" ? within(name, wanted) : wanted.has(name);
    return names.find(fits) || names[0] || "";
  };

  const hits = [];
  for (const probe of probes) {
    const found = [];
    probe.structure.forEach((css, index) => found.push([index + 1, "structure", css, query(css)]));
    const ways = probe.structure.length + probe.below_address;
    if (probe.below_address) found.push([ways, "structure", null, query(WRITABLE).filter((field) => above(field).length)]);
    const worded = probe.kind === "control" || probe.kind === "entry" ? CONTROLS : probe.kind === "field" ? FIELDS : "body *";
    found.push([ways + 1, "words", null, saying(probe.kind, probe.words)]);
    found.push([ways + 2, "candidates", null, saying(probe.kind, probe.candidates)]);
    const shows = (element) => probe.kind !== "text" || element.matches("iframe") || plain(element.innerText);
    const matched = found.filter(([, , , elements]) => elements.some(shows));
    if (!matched.length) continue;
    const [, how, css, elements] = matched[0];
    const selector = css || worded;
    const all = [...html.querySelectorAll(selector)];
    // Counted among those that say the same: a page that is still being filled moves all the others.
    const place = (element, printed) => all.filter((each) => !printed
      || plain(each.textContent).toLowerCase().includes(printed.toLowerCase())).indexOf(element);
    hits.push({
      name: probe.name, ranks: matched.map(([rank]) => rank), how, detail: css || plain(elements[0].innerText).slice(0, 80),
      items: elements.slice(0, 20).map((element) => [element, css ? "" : uncounted(plain(element.innerText))]).map(
        ([element, printed]) => ({
        selector, index: place(element, printed), printed, text: entry(element, elements), said: plain(element.innerText || element.value).slice(0, 300),
        near: near(element), above: probe.below_address ? above(element) : [], enabled: enabled(element),
        name: called(probe, element), shape: {
          type: element.type || "", maxlength: element.maxLength > 0 ? element.maxLength : null,
          placeholder: element.placeholder || "", pattern: element.pattern || "", inputmode: element.inputMode || "",
        },
      })),
    });
  }
  const page = { url: location.href, born: performance.timeOrigin, hits };
  // As one text it comes for less; where the page's own library changes how things are written, piece by piece.
  if ([Object, Array, String, Number].some((each) => each.prototype.toJSON)) return page;
  return JSON.stringify(page).replace(/\\ud[89a-f]../g, "\\ufffd"); // half a character can't be written down elsewhere
}
