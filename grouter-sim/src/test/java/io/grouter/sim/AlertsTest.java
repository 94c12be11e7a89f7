package io.grouter.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Every alert says how bad it is, what is the matter, and where to read on; and has a case that makes it fire. */
class AlertsTest {
    private static final Pattern PAGE = Pattern.compile("docs/([a-z-]+\\.md)(?:#([a-z0-9-]+))?(?:, rows? (.+))?");

    @Test
    void everyAlertLeadsToAPageThatIsThere() throws IOException {
        assertThat(Alerts.read()).hasSizeGreaterThan(20);
        for (Alerts.Alert alert : Alerts.read().values()) {
            assertThat(alert.severity()).as(alert.name()).isIn("critical", "warning", "info");
            assertThat(alert.summary()).as(alert.name()).isNotBlank().doesNotContain("\n");
            for (String place : alert.runbook().split("; ", -1)) {
                isThere(alert.name(), place);
            }
        }
    }

    private static void isThere(String name, String place) throws IOException {
        Matcher page = PAGE.matcher(place);
        assertThat(page.matches()).as(name + ": " + place).isTrue();
        Path file = Alerts.DOCS.resolve(page.group(1));
        assertThat(file).as(name).exists();
        String text = Files.readString(file);
        if (page.group(2) != null) {
            assertThat(text.lines()
                            .filter(line -> line.startsWith("#"))
                            .map(line -> line.replaceFirst("^#+ ", "")
                                    .toLowerCase(Locale.ROOT)
                                    .replaceAll("[^a-z0-9 -]", "")
                                    .replace(' ', '-')))
                    .as(name)
                    .contains(page.group(2));
        }
        if (page.group(3) != null) {
            for (String row : page.group(3).split(" and ", -1)) {
                assertThat(text).as(name).contains("`" + row + "`");
            }
        }
    }

    @Test
    void everyAlertIsMadeToFire() throws IOException {
        String cases = Files.readString(Alerts.DOCS.resolve("alerts.test.yaml"));
        assertThat(Alerts.read().keySet())
                .allSatisfy(name -> assertThat(cases).contains("{labels: '{alertname=\"" + name + "\"}', value: 1}"));
    }
}
