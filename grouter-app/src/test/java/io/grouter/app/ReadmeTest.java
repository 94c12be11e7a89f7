package io.grouter.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.steering.Rule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What the README shows must work. */
class ReadmeTest {
    private static final Path README = Path.of("..", "README.md");

    @Test
    void theExampleConfigurationIsAccepted() throws IOException, ConfigException {
        String text = Files.readString(README);
        int start = text.indexOf("```yaml\n") + "```yaml\n".length();
        String yaml = text.substring(start, text.indexOf("```", start));
        Config config = ConfigLoader.parse("README.md", yaml);
        assertThat(config.site().name().name()).isEqualTo("dc1");
        assertThat(config.goRouters().members()).hasSize(2);
        assertThat(config.dns().enabled()).isTrue();
    }

    @Test
    void everyReasonIsInTheTableOfDecisions() throws IOException {
        String text = Files.readString(README);
        for (Rule rule : Rule.values()) {
            assertThat(text).contains("`" + rule.reason() + "`");
        }
    }
}
