"use strict";
(() => {
    const root = document.documentElement;
    const at = (id) => document.getElementById(id);
    const data = JSON.parse(at("data").textContent);
    const clock = (micros) => `+${(micros / 1e6).toFixed(3)}`;
    const counted = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
    const standings = ["quiet", "good", "busy", "warn", "bad"];
    const signs = ["", "✔", "…", "!", "✘"];
    root.classList.add("scripted");

    /** An element with a class and a text. */
    function make(tag, className, text) {
        const element = document.createElement(tag);
        if (className) element.className = className;
        if (text !== undefined) element.textContent = text;
        return element;
    }

    /** The key's step through a list: lines, pages, ends; undefined for other keys. */
    function step(key, page) {
        return { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }[key];
    }

    /**
     * What a reader looks for: words in any case, or a regular expression between slashes.
     * @returns a test of a text; null where nothing is looked for or the expression is not one.
     */
    function matcher(field) {
        const wanted = field.value.trim();
        field.removeAttribute("aria-invalid");
        if (!wanted) return null;
        const body = /^\/(.+)\/$/.exec(wanted)?.[1];
        if (body === undefined) {
            const lower = wanted.toLowerCase();
            return (text) => text.toLowerCase().includes(lower);
        }
        try {
            const pattern = new RegExp(body, "i");
            return (text) => pattern.test(text);
        } catch {
            field.setAttribute("aria-invalid", "true");
            return null;
        }
    }
    const invalid = (field) => field.hasAttribute("aria-invalid") ? "; the expression is not complete" : "";

    // The moment of the start, by the reader's own clock.
    for (const time of document.querySelectorAll("time")) {
        const date = new Date(time.dateTime);
        if (Number.isNaN(date.getTime())) continue;
        time.title = time.textContent;
        time.textContent = date.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
    }

    // Log lines: the failure is what the reader came for, and it stands last.
    for (const tail of document.querySelectorAll("pre.tail")) tail.scrollTop = tail.scrollHeight;

    // Which section is read.
    const links = new Map([...document.querySelectorAll("nav a")].map((link) => [link.hash.slice(1), link]));
    const seen = new Set();
    const watch = new IntersectionObserver((entries) => {
        for (const entry of entries) entry.isIntersecting ? seen.add(entry.target.id) : seen.delete(entry.target.id);
        const first = [...links.keys()].find((id) => seen.has(id));
        for (const [id, link] of links) id === first ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current");
    }, { rootMargin: "-25% 0px -60% 0px" });
    for (const section of document.querySelectorAll("main > section")) watch.observe(section);

    // Finding services by name.
    for (const field of document.querySelectorAll(".finder input")) {
        const rows = [...at(field.dataset.list).children];
        const output = field.parentElement.querySelector("output");
        field.addEventListener("input", () => {
            const word = field.value.trim().toLowerCase();
            let shown = 0;
            for (const row of rows) {
                row.hidden = !row.dataset.name.toLowerCase().includes(word);
                if (!row.hidden) shown += 1;
            }
            output.value = word ? `${shown} of ${rows.length}` : "";
        });
    }

    // Timeline: one row is in the tab order, the arrow keys move on, and a row can be read as a sentence.
    function chart() {
        const list = at("chart-rows");
        if (!list) return;
        const rows = [...list.querySelectorAll(".row")];
        const detail = at("chart-detail");
        const hint = detail.querySelector("p").textContent;
        let current = rows[0];
        for (const row of rows) row.tabIndex = row === current ? 0 : -1;

        const action = (label, act) => {
            const button = make("button", "", label);
            button.type = "button";
            button.addEventListener("click", act);
            return button;
        };
        function show(row, stretch) {
            current.tabIndex = -1;
            current.removeAttribute("aria-current");
            current = row;
            current.tabIndex = 0;
            current.setAttribute("aria-current", "true");
            const index = Number(row.dataset.service);
            const sentence = make("p", "", row.getAttribute("aria-label"));
            sentence.setAttribute("aria-live", "polite");
            const actions = make("div");
            const name = data.services[index];
            actions.append(action(`Events of ${name}`, () => events.only({ service: index })));
            if (stretch) {
                const [from, to] = [Number(stretch.dataset.from) * 1e6, Number(stretch.dataset.to) * 1e6];
                actions.append(action(`All events from ${clock(from)} to ${clock(to)}`, () => events.only({ from, to })));
            }
            const log = data.logs.findLastIndex((capture) => capture.service === name);
            if (log >= 0) actions.append(action(`Log of ${name}`, () => logs.choose(log)));
            detail.replaceChildren(sentence, actions);
        }
        function rest() {
            current.removeAttribute("aria-current");
            const words = make("p", "", hint);
            words.setAttribute("aria-live", "polite");
            detail.replaceChildren(words);
        }
        list.addEventListener("click", (event) => {
            const row = event.target.closest(".row");
            if (!row || event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            row.focus({ preventScroll: true });
            show(row, event.target.closest("[data-from]"));
        });
        list.addEventListener("focusin", (event) => {
            const row = event.target.closest(".row");
            if (row && row !== current || !row?.hasAttribute("aria-current")) show(row);
        });
        list.addEventListener("keydown", (event) => {
            if (event.key === "Escape") return rest();
            const by = step(event.key, 10);
            if (by === undefined) return;
            event.preventDefault();
            const shown = rows.filter((row) => !row.parentElement.hidden);
            const place = Math.min(Math.max(shown.indexOf(current) + by, 0), shown.length - 1);
            shown[place]?.focus();
        });

        // A word stands in its bar only where there is room for all of it.
        const words = [...list.querySelectorAll("text[data-letters]")]
            .map((text) => [text, Number(text.dataset.letters) * 6.4 + 10, parseFloat(text.parentElement.getAttribute("width")) / 100]);
        let width = 0;
        new ResizeObserver(([entry]) => {
            const room = rows[0].querySelector(".track").clientWidth || entry.contentRect.width;
            if (room === width) return;
            width = room;
            for (const [text, need, share] of words) text.style.display = share * room < need ? "none" : "";
        }).observe(list);
    }

    // Graph: one box is in the tab order, the arrow keys go to the nearest one on that side.
    function graph() {
        const nodes = [...document.querySelectorAll(".graph .node")];
        if (nodes.length === 0) return;
        const places = new Map(nodes.map((node) => [node, /translate\(([\d.-]+) ([\d.-]+)\)/.exec(node.getAttribute("transform")).slice(1).map(Number)]));
        let current = nodes[0];
        for (const node of nodes) node.setAttribute("tabindex", node === current ? "0" : "-1");
        const directions = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
        const svg = nodes[0].ownerSVGElement;
        svg.addEventListener("focusin", (event) => {
            const node = event.target.closest(".node");
            if (!node) return;
            current.setAttribute("tabindex", "-1");
            current = node;
            current.setAttribute("tabindex", "0");
        });
        svg.addEventListener("keydown", (event) => {
            const direction = directions[event.key];
            if (!direction || !event.target.closest(".node")) return;
            event.preventDefault();
            const [x, y] = places.get(current);
            let [best, least] = [null, Infinity];
            for (const [node, place] of places) {
                const [dx, dy] = [place[0] - x, place[1] - y];
                const ahead = dx * direction[0] + dy * direction[1];
                if (ahead <= 1) continue;
                // Up and down keep to the column; to either side the height counts less than the next column.
                const aside = direction[0] ? Math.abs(dy) / 4 : Math.abs(dx) * 100;
                if (ahead + aside < least) [best, least] = [node, ahead + aside];
            }
            best?.focus();
        });
    }

    // Events: only the rows in view exist.
    const events = (() => {
        const list = at("event-list");
        const room = list.appendChild(make("div", "room"));
        room.setAttribute("role", "rowgroup");
        const detail = at("event-detail");
        const form = at("event-filters");
        const service = at("event-service");
        const words = at("event-text");
        const problems = at("event-problems");
        let all = null;
        let shown = [];
        let selected = -1;
        let interval = null;
        let height = 30;
        let drawn = "";

        function load() {
            if (all) return;
            all = JSON.parse(at("event-data").textContent);
            measure();
            filter();
        }

        function measure() {
            height = parseFloat(getComputedStyle(list).getPropertyValue("--row")) || 30;
        }

        function filter() {
            if (!all) load();
            const who = service.value === "all" ? null : Number(service.value);
            const kinds = new Set([...form.elements.kind ? [form.elements.kind].flat() : []].flatMap((box) => box.length === undefined ? [box] : [...box])
                .filter((box) => box.checked).map((box) => Number(box.value)));
            const wanted = matcher(words);
            const found = wanted ? all.texts.map(wanted) : null;
            const names = wanted ? data.services.map(wanted) : null;
            shown = [];
            for (let index = 0; index < all.seq.length; index += 1) {
                if (who !== null && all.service[index] !== who) continue;
                if (!kinds.has(all.kind[index])) continue;
                if (problems.checked && all.standing[index] < 3) continue;
                if (interval && (all.micros[index] < interval.from - 0.5 || all.micros[index] > interval.to + 0.5)) continue;
                if (found && !found[all.text[index]] && !found[all.remark[index]] && !names[all.service[index]]) continue;
                shown.push(index);
            }
            const span = interval ? `, from ${clock(interval.from)} to ${clock(interval.to)}` : "";
            at("event-count").textContent = (shown.length === all.seq.length
                ? counted(all.seq.length, "event")
                : `${shown.length.toLocaleString("en")} of ${counted(all.seq.length, "event")}${span}`) + invalid(words);
            room.style.height = `${shown.length * height}px`;
            list.setAttribute("aria-rowcount", String(shown.length));
            drawn = "";
            draw();
        }

        function row(place) {
            const index = shown[place];
            const line = make("div", `event ${standings[all.standing[index]]}`);
            line.id = `e${all.seq[index]}`;
            line.setAttribute("role", "row");
            line.setAttribute("aria-rowindex", String(place + 1));
            line.setAttribute("aria-selected", String(index === selected));
            line.dataset.place = place;
            line.style.top = `${place * height}px`;
            const cells = [
                ["time", clock(all.micros[index])], [`sign ${standings[all.standing[index]]}`, signs[all.standing[index]]],
                ["who", data.services[all.service[index]] ?? "run"], ["kind", data.kinds[all.kind[index]]],
                ["text", all.texts[all.text[index]]], ["remark", all.texts[all.remark[index]]],
            ];
            for (const [className, text] of cells) {
                line.appendChild(make("span", className, text)).setAttribute("role", "gridcell");
            }
            return line;
        }

        function draw() {
            if (!all) return;
            const first = Math.max(0, Math.floor(list.scrollTop / height) - 8);
            const last = Math.min(shown.length, Math.ceil((list.scrollTop + list.clientHeight) / height) + 8);
            const key = `${first} ${last} ${selected}`;
            if (key === drawn) return;
            drawn = key;
            if (shown.length === 0) {
                room.replaceChildren(make("p", "none", "No event is like that."));
            } else {
                room.replaceChildren(...Array.from({ length: last - first }, (_, offset) => row(first + offset)));
            }
            const active = selected >= 0 && at(`e${all.seq[selected]}`);
            active ? list.setAttribute("aria-activedescendant", active.id) : list.removeAttribute("aria-activedescendant");
        }

        function select(place) {
            const index = shown[place];
            if (index === undefined) return;
            selected = index;
            const top = place * height;
            if (top < list.scrollTop) list.scrollTop = top;
            if (top + height > list.scrollTop + list.clientHeight) list.scrollTop = top + height - list.clientHeight;
            draw();
            const head = make("p", "quiet");
            const link = make("a", "", `#e${all.seq[index]}`);
            link.href = `#e${all.seq[index]}`;
            const moment = new Date(Date.parse(data.startedAt) + all.micros[index] / 1000);
            const when = Number.isNaN(moment.getTime()) ? "" : `, ${moment.toLocaleTimeString()}`;
            head.append(link, ` ${clock(all.micros[index])} s${when} · ${data.services[all.service[index]] ?? "run"} · ${data.kinds[all.kind[index]]}`);
            const standing = standings[all.standing[index]];
            const body = make("p", standing === "quiet" ? "" : standing, `${signs[all.standing[index]]} ${all.texts[all.text[index]]}`.trim());
            const remark = all.texts[all.remark[index]];
            detail.replaceChildren(head, body, ...(remark ? [make("p", "quiet", remark)] : []));
            history.replaceState(null, "", link.hash);
        }

        function only({ service: who, from, to }) {
            reset();
            if (who !== undefined) service.value = String(who);
            interval = from === undefined ? null : { from, to };
            list.scrollTop = 0;
            filter();
            at("events").scrollIntoView();
            list.focus({ preventScroll: true });
        }

        function reset() {
            interval = null;
            form.reset();
        }

        /** Follows a link such as #e123. */
        function follow() {
            const seq = /^#e(\d+)$/.exec(location.hash)?.[1];
            if (!seq) return;
            load();
            const index = all.seq.indexOf(Number(seq));
            if (index < 0) return;
            if (!shown.includes(index)) {
                reset();
                filter();
            }
            const place = shown.indexOf(index);
            list.scrollTop = place * height - list.clientHeight / 2;
            select(place);
            at("events").scrollIntoView();
            list.focus({ preventScroll: true });
        }

        form.addEventListener("input", filter);
        form.addEventListener("reset", () => {
            interval = null;
            setTimeout(filter);
        });
        form.addEventListener("submit", (event) => event.preventDefault());
        list.addEventListener("scroll", draw, { passive: true });
        list.addEventListener("click", (event) => {
            const line = event.target.closest(".event");
            if (line) select(Number(line.dataset.place));
        });
        list.addEventListener("keydown", (event) => {
            const by = step(event.key, Math.max(1, Math.floor(list.clientHeight / height) - 1));
            if (by === undefined || shown.length === 0) return;
            event.preventDefault();
            const place = shown.indexOf(selected);
            select(Math.min(Math.max(place < 0 && by > 0 && by < Infinity ? 0 : place + by, 0), shown.length - 1));
        });
        addEventListener("resize", () => {
            if (!all) return;
            measure();
            room.style.height = `${shown.length * height}px`;
            drawn = "";
            draw();
        });
        addEventListener("hashchange", follow);
        return { load, only, follow };
    })();

    // Logs: one at a time, and its end first.
    const logs = (() => {
        const box = at("log-lines");
        if (!box) return { choose() {} };
        const choice = at("log-choice");
        const words = at("log-text");
        /** One capture, or all of them one below the other, each line after its service's name. */
        function chosen() {
            if (choice.value !== "all") return data.logs[Number(choice.value)];
            return {
                lines: data.logs.flatMap((capture) => capture.lines.map((line) => `${capture.service} | ${line}`)
                    .concat(capture.failure ? [`${capture.service} | ✘ ${capture.failure}`] : [])),
                leftOut: data.logs.reduce((sum, capture) => sum + capture.leftOut, 0),
                truncated: data.logs.reduce((sum, capture) => sum + capture.truncated, 0),
                failure: "",
            };
        }
        function draw() {
            const capture = chosen();
            const wanted = matcher(words);
            const lines = wanted ? capture.lines.filter(wanted) : capture.lines;
            const missing = [
                capture.leftOut ? `${counted(capture.leftOut, "earlier line")} only in the ledger` : "",
                capture.truncated ? `${counted(capture.truncated, "earlier byte")} not kept` : "",
            ].filter(Boolean).join(", ");
            at("log-count").textContent = (wanted ? `${lines.length} of ${counted(capture.lines.length, "line")}` : counted(lines.length, "line"))
                + (missing ? `; ${missing}` : "") + invalid(words);
            box.replaceChildren(lines.map((line) => `${line}\n`).join(""));
            if (capture.failure) box.append(make("span", "failure bad", `✘ ${capture.failure}`));
            box.scrollTop = box.scrollHeight;
        }
        at("log-filters").addEventListener("input", draw);
        at("log-filters").addEventListener("submit", (event) => event.preventDefault());
        draw();
        return {
            choose(index) {
                choice.value = String(index);
                words.value = "";
                draw();
                at("logs").scrollIntoView();
                box.focus({ preventScroll: true });
            },
        };
    })();

    chart();
    graph();
    // The page is there before the long part is read.
    if (/^#e\d+$/.test(location.hash)) events.follow();
    else requestAnimationFrame(() => setTimeout(events.load));
})();
