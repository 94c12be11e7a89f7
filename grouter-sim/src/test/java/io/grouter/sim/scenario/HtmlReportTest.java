package io.grouter.sim.scenario;

import static io.grouter.sim.scenario.Runs.sample;
import static io.grouter.sim.scenario.Runs.visit;
import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.sim.scenario.Visit.Way;
import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** The reports, above all that no name in them becomes HTML. */
class HtmlReportTest {
    private static final String EVIL = "<script>alert(\"x\")</script>&'";
    private static final Pattern SVG = Pattern.compile("<svg.*?</svg>", Pattern.DOTALL);

    private static Outcome outcome(boolean held) {
        Measurements seen = Runs.empty();
        seen.add(visit(1, RequestClass.LOCAL, 1, Way.FORWARDED, 1));
        seen.add(visit(2, RequestClass.REMOTE, 1, Way.REDIRECTED, 2));
        seen.add(visit(3, RequestClass.REMOTE, 1, Way.RELAYED, 2));
        seen.add(new Visit(RequestClass.BOTH, 2, 1, 4_000_000_000L, 9_000_000, EVIL, Way.FAILED, 0, 0, EVIL));
        seen.add(sample(0, "", ""));
        seen.add(sample(5, "", EVIL));
        seen.add(sample(9, "", ""));
        seen.add(new Measurements.Done(5_000_000_000L, 1_000, EVIL, EVIL));
        seen.end(10_000_000_000L);
        Scenario plain = Runs.expecting("x", "that: no-failures, of: [both]");
        Scenario scenario = new Scenario(
                EVIL,
                EVIL,
                plain.duration(),
                plain.sites(),
                plain.nodes(),
                plain.goRouters(),
                false,
                plain.load(),
                plain.steps(),
                plain.expect());
        return new Outcome(scenario, seen, List.of(new Verdict(EVIL, held, EVIL)));
    }

    @Test
    void noTextBecomesHtml() {
        String page = HtmlReport.of(outcome(false));
        assertThat(page).doesNotContain("<script").doesNotContain("alert(\"");
        assertThat(page).contains("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;");
    }

    @Test
    void thePageNeedsNothingButItself() {
        String page = HtmlReport.of(outcome(true)).replace("http://www.w3.org", "");
        assertThat(page)
                .doesNotContain("http:")
                .doesNotContain("https:")
                .doesNotContain("src=")
                .doesNotContain("url(");
        assertThat(page).contains("prefers-color-scheme: dark");
    }

    @Test
    void chartsAreWellFormed() throws IOException, SAXException, ParserConfigurationException {
        Matcher charts = SVG.matcher(HtmlReport.of(outcome(true)));
        int count = 0;
        while (charts.find()) {
            count++;
            String svg = charts.group();
            assertThat(DocumentBuilderFactory.newInstance()
                            .newDocumentBuilder()
                            .parse(new InputSource(new StringReader(svg)))
                            .getDocumentElement()
                            .getTagName())
                    .isEqualTo("svg");
            assertThat(svg).contains("class=\"step bad\"").doesNotContain("NaN");
        }
        assertThat(count).isEqualTo(3);
    }

    @Test
    void theVerdictIsPlain() {
        assertThat(HtmlReport.of(outcome(true))).contains("\u2713 held").doesNotContain("\u2717");
        assertThat(HtmlReport.of(outcome(false))).contains("\u2717 not held").doesNotContain("\u2713");
        assertThat(TerminalReport.of(outcome(true))).contains("All expectations held.");
        assertThat(TerminalReport.of(outcome(false)))
                .contains("1 of 1 expectations did not hold.")
                .contains("1 x app in both at dc2: " + EVIL + ", from 4.00 s to 4.00 s");
    }

    @Test
    void aRunInWhichNothingHappenedHasAReport() {
        Measurements nothing = Runs.empty();
        nothing.end(1);
        Outcome outcome = new Outcome(
                Runs.expecting("x", "that: no-failures, of: [both]"), nothing, List.of(new Verdict("a", false, "b")));
        assertThat(HtmlReport.of(outcome)).contains("</html>").doesNotContain("NaN");
    }

    @Test
    void axesEndAtRoundNumbers() {
        assertThat(TimeChart.roundUp(225)).isEqualTo(240);
        assertThat(TimeChart.roundUp(1)).isEqualTo(1);
        assertThat(TimeChart.roundUp(0)).isPositive();
        assertThat(TimeChart.roundUp(9_000)).isEqualTo(10_000);
    }
}
