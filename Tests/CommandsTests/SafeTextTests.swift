import Reconciler
import Testing

@testable import Commands

@Suite("Safe text") struct SafeTextTests {
    @Test(
        "B58: nothing of others can drive a terminal",
        arguments: [
            ("plain ✔ text", "plain ✔ text"),
            ("\u{1B}[31mred\u{1B}[0m", "red"),
            ("\u{1B}[2J\u{1B}[1;1Hgone", "gone"),
            ("title\u{1B}]0;x\u{07}", "title␛]0;x␇"),
            ("a\u{9B}31mb", "ab"),
            ("a\u{85}b", "a\u{FFFD}b"),
            ("abc\u{202E}fed", "abc\u{FFFD}fed"),
            ("two\nlines\tand tab", "two lines and tab"),
            ("over\rwritten", "over written"),
            ("ends\r\n", "ends "),
            ("back\u{08}space\u{7F}", "back␈space\u{FFFD}"),
            ("a\u{2066}b\u{2069}c\u{206E}d\u{E0101}", "a\u{FFFD}b\u{FFFD}c\u{FFFD}d\u{FFFD}"),
        ])
    func line(given: String, shown: String) {
        #expect(SafeText.line(given) == shown)
        #expect(!SafeText.line(given).unicodeScalars.contains(where: SafeText.isControl))
    }

    @Test("B58: of a megabyte in one line only the beginning is shown, with the number of bytes that are not")
    func megabyte() {
        let text = String(repeating: "é", count: 500_000)
        for shown in [SafeText.line(text), SafeText.logLine(text)] {
            #expect(shown == String(repeating: "é", count: 4096) + "… (991808 bytes cut)")
        }
        #expect(SafeText.block("\n" + text).hasSuffix("… (\(1_000_001 - 65_535) bytes cut)"))
        // One letter under a megabyte of marks is one character, and no reason to show it all.
        #expect(SafeText.line("e" + String(repeating: "\u{301}", count: 500_000)).utf8.count < 8300)
    }

    @Test("log lines keep tabs, blocks keep line ends") func kept() {
        #expect(SafeText.logLine("a\tb\u{1B}[K") == "a\tb")
        #expect(SafeText.block("a\n\tb\u{07}") == "a\n\tb␇")
    }

    @Test("B58: JSON escapes whatever a terminal could act on, beyond the basic plane, too") func json() {
        let text = JSON.string("\u{1B}[0m\u{9B}\u{202E}\u{E0041}\"\\\n✔").text
        #expect(text == "\"\\u001b[0m\\u009b\\u202e\\udb40\\udc41\\\"\\\\\\n✔\"")
    }

    @Test(
        "columns are counted as terminals do",
        arguments: [
            ("abc", 3), ("✔ é", 3), ("日本", 4), ("⚡", 2), ("e\u{301}", 1), ("👍", 2), ("✅ ❌", 5), ("🇩🇪", 2), ("🟢", 2), ("🆗", 2),
            ("→ ▸ │ ★", 7),
        ])
    func width(text: String, columns: Int) {
        #expect(DisplayWidth.of(text) == columns)
    }

    @Test("cut text fits and says that it was cut") func cut() {
        #expect(DisplayWidth.cut("abcdef", to: 6) == "abcdef")
        #expect(DisplayWidth.cut("abcdefg", to: 6) == "abcde…")
        #expect(DisplayWidth.of(DisplayWidth.cut("日本語日本語", to: 6)) <= 6)
        #expect(DisplayWidth.cut("abc", to: 0) == "")
    }

    @Test("wrapped text keeps every word and fits") func wrapped() {
        let text = "a container that is not of this group has its name, and averylongwordthatfitsnowhere"
        let lines = LabelledText.wrapped(text, to: 20)
        #expect(lines.allSatisfy { DisplayWidth.of($0) <= 20 })
        #expect(lines.joined().filter { $0 != " " } == text.filter { $0 != " " })
    }
}
