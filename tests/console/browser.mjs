// Opens pages in Chromium and prints, as JSON, what a person would notice: what axe-core reports, whether the
// page scrolls sideways, whether a script ran, which elements the Tab key reaches, and the edges of the picture.
//
// node browser.mjs '{"origin": "http://127.0.0.1:1", "folder": "...", "pages": {"start": "/"}, "views": [...]}'
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const tools = createRequire(join(process.cwd(), ".tools/node_modules/"));
const { launch } = await import(tools.resolve("puppeteer-core"));
const axe = readFileSync(tools.resolve("axe-core/axe.min.js"), "utf8");

const { origin, folder, pages, views, tabs } = JSON.parse(process.argv[2]);
const root = process.getuid?.() === 0;
const browser = await launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [...(root ? ["--no-sandbox"] : []), "--disable-dev-shm-usage", "--force-color-profile=srgb"],
});

/** What the page shows, read in its own context. */
function look() {
    const { scrollWidth, clientWidth } = document.documentElement;
    const count = (selector) => document.querySelectorAll(selector).length;
    return {
        title: document.title,
        heading: document.querySelector("h1")?.textContent ?? "",
        sideways: scrollWidth - clientWidth,
        open: count(".picture .open"),
        blocked: [...document.querySelectorAll(".picture .blocked text")].map((it) => it.textContent),
        scripts: count("script"),
    };
}

/** The elements that the Tab key reaches first, by their texts. */
async function tabbed(page, presses) {
    const reached = [];
    for (let at = 0; at < presses; at += 1) {
        await page.keyboard.press("Tab");
        reached.push(await page.evaluate(() => {
            const it = document.activeElement;
            const outlined = getComputedStyle(it).outlineStyle !== "none";
            const text = it.id === "q" ? "search" : it.getAttribute("aria-label") ?? it.textContent.trim();
            return outlined ? text : `${text} (no visible focus)`;
        }));
    }
    return reached;
}

/** What axe-core reports. It needs timers, which do not run if scripts are off. */
async function audit(page) {
    await page.evaluate(axe);
    const found = await page.evaluate(() => window.axe.run());
    const nodes = (it) => it.nodes.map((node) => `${node.html} ${node.failureSummary}`);
    return found.violations.map((it) => ({ id: it.id, nodes: nodes(it) }));
}

async function visit(name, path, view) {
    const page = await browser.newPage();
    const errors = [];
    page.on("console", (it) => it.type() === "error" && errors.push(it.text()));
    page.on("pageerror", (it) => errors.push(String(it)));
    await page.setViewport({ width: view.width, height: 900 });
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: view.scheme }]);
    // Resets the colour scheme: paper is light.
    if (view.media) await page.emulateMediaType(view.media);
    await page.setJavaScriptEnabled(view.script);
    const response = await page.goto(origin + path, { waitUntil: "load" });
    const seen = { page: name, view, status: response.status(), ...await page.evaluate(look) };
    seen.tabs = tabs && view.script ? await tabbed(page, tabs) : [];
    const script = view.script ? "" : "-noscript";
    const media = view.media ? `-${view.media}` : "";
    const file = join(folder, `${name}-${view.width}-${view.scheme}${script}${media}.png`);
    await page.screenshot({ path: file, fullPage: true });
    seen.violations = view.script ? await audit(page) : [];
    seen.errors = errors;
    await page.close();
    return seen;
}

try {
    const seen = [];
    for (const view of views) {
        for (const [name, path] of Object.entries(pages)) {
            seen.push(await visit(name, path, view));
        }
    }
    console.log(JSON.stringify(seen));
} finally {
    await browser.close();
}
