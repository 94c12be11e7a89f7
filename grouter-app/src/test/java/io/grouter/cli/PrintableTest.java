package io.grouter.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrintableTest {
    @Test
    void ordinaryTextStaysAsItIs() {
        for (String text :
                new String[] {"", "hello.apps.example.com/v2", "*.example.com", "Müller & Søn", "例え", "3€ ✓"}) {
            assertThat(Printable.of(text)).isEqualTo(text);
        }
    }

    @Test
    void whatWouldActOnATerminalIsShownByItsNumber() {
        assertThat(Printable.of("\u001b[31mred\u001b[0m")).isEqualTo("\\x1b[31mred\\x1b[0m");
        assertThat(Printable.of("a\nb\rc\td\u0000e\u007f\u009b")).isEqualTo("a\\nb\\x0dc\\x09d\\x00e\\x7f\\x9b");
        assertThat(Printable.of("a\u202eb\u2066c\u200bd\ufeffe\u00adf"))
                .isEqualTo("a\\u{202e}b\\u{2066}c\\u{200b}d\\u{feff}e\\xadf");
        assertThat(Printable.of("a\u2028b\u0301c\ud800d\ue000e\u3164f"))
                .startsWith("a\\u{2028}b\\u{301}c\\u{d800}d\\u{e000}e");
        assertThat(Printable.of("\u05e2\u0628")).isEqualTo("\\u{5e2}\\u{628}");
        assertThat(Printable.of(new String(Character.toChars(0xe0041)))).isEqualTo("\\u{e0041}");
    }

    @Test
    void anEscapeCannotBeMistakenForText() {
        assertThat(Printable.of("\\x1b")).isEqualTo("\\\\x1b");
    }

    @Test
    void nothingBelowOrBesideVisibleCharactersGetsThrough() {
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            int type = Character.getType(c);
            if (Character.isISOControl(c)
                    || type == Character.FORMAT
                    || type == Character.SURROGATE
                    || type == Character.LINE_SEPARATOR
                    || type == Character.NON_SPACING_MARK) {
                assertThat(Printable.of(new StringBuilder().appendCodePoint(c).toString()))
                        .startsWith("\\");
            }
        }
    }

    @Test
    void textIsCutToColumns() {
        assertThat(Printable.width("abc")).isEqualTo(3);
        assertThat(Printable.width("例え")).isEqualTo(4);
        assertThat(Printable.fit("abcdef", 6)).isEqualTo("abcdef");
        assertThat(Printable.fit("abcdef", 4)).isEqualTo("abc…");
        assertThat(Printable.fit("例え例え", 6)).isEqualTo("例え…");
        assertThat(Printable.fit("abc", 1)).isEqualTo("…");
        assertThat(Printable.fit("abc", 0)).isEmpty();
    }
}
