package io.grouter.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands as processes in a real shell and a real pseudo-terminal. */
@Timeout(120)
class ShellIT {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @TempDir
    Path folder;

    private @Nullable StubServer server;
    private @Nullable Process process;
    private final StringBuilder screen = new StringBuilder();

    @BeforeEach
    void start() throws IOException {
        server = StubServer.plain();
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
        if (server != null) {
            server.close();
        }
    }

    /** Returns a function {@code grouter} for scripts. */
    private String grouter() {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return "grouter() { '" + java + "' -XX:TieredStopAtLevel=1 -cp '" + System.getProperty("java.class.path")
                + "' io.grouter.app.Main \"$@\"; }; export GROUTER_ADMIN=http://127.0.0.1:"
                + (server == null ? 0 : server.port()) + " TERM=xterm; ";
    }

    private String bash(String script) throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        Process bash = new ProcessBuilder("bash", "-c", grouter() + script)
                .redirectErrorStream(true)
                .redirectInput(new java.io.File("/dev/null"))
                .redirectOutput(output.toFile())
                .start();
        process = bash;
        assertThat(bash.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return Files.readString(output);
    }

    @Test
    void tablesAndExitCodesReachTheShell() throws Exception {
        assertThat(bash("COLUMNS=80 grouter sites")).isEqualTo(Files.readString(golden("sites.80.txt")));
        assertThat(bash("grouter nodes; echo code $?")).contains("as no Grouter does", "code 5");
        assertThat(bash("GROUTER_ADMIN=127.0.0.1:1 grouter sites; echo code $?"))
                .contains("refused", "code 3");
        assertThat(bash("grouter drain --why x; echo code $?")).contains("--yes", "code 2");
    }

    private static Path golden(String name) {
        return Path.of("src", "test", "resources", "io", "grouter", "cli", "golden", name);
    }

    @Test
    void aPipeThatClosesEndsItQuietly() throws Exception {
        StringBuilder long_ = new StringBuilder("{\"routes\": [");
        for (int i = 0; i < 20_000; i++) {
            long_.append(i == 0 ? "" : ",")
                    .append("{\"route\": \"app")
                    .append(i)
                    .append(".example.com\", \"state\": \"local\"}");
        }
        if (server != null) {
            server.answers.put(
                    "/v1/routes",
                    long_.append("], \"total\": 20000, \"next\": null}").toString());
        }
        assertThat(bash("set -o pipefail; grouter routes | head -2; echo codes ${PIPESTATUS[*]}")
                        .lines())
                .hasSize(3)
                .last()
                .isEqualTo("codes 0 0");
    }

    @Test
    void bashCompletesCommandsAndOptions() throws Exception {
        String complete =
                "eval \"$(grouter completion bash)\"; compopt() { :; }; try() { COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1));"
                        + " COMPREPLY=(); _complete_grouter; echo \"$*: ${COMPREPLY[*]}\"; }; ";
        String said = bash(complete + "try grouter ro; try grouter route --ti; try grouter drain --d;"
                + " try grouter routes --state ''; try grouter override ''; try grouter log-level x ''");
        assertThat(said.lines().toList())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("grouter ro:").contains("routes", "route"),
                        line -> assertThat(line).isEqualTo("grouter route --ti: --timeout"),
                        line -> assertThat(line).isEqualTo("grouter drain --d: --dry-run"),
                        line -> assertThat(line).contains("local", "everywhere", "drained"),
                        line -> assertThat(line).contains("list", "force", "unforce"),
                        line -> assertThat(line).contains("DEBUG", "reset"));
    }

    // ---- top

    private OutputStream top() throws IOException {
        Path commands = Files.writeString(
                folder.resolve("commands"),
                grouter() + "trap : INT; stty rows 30 cols 100; grouter top; echo; echo \"code $?\"; stty -a\n");
        // Whoever starts the tests in the background may have them ignore SIGINT, which all their processes inherit.
        Process started = new ProcessBuilder(
                        "env", "--default-signal=INT", "script", "-qfc", "bash " + commands, "/dev/null")
                .redirectErrorStream(true)
                .start();
        process = started;
        Thread reader = new Thread(() -> {
            try (Reader text = new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8)) {
                for (int c = text.read(); c >= 0; c = text.read()) {
                    synchronized (screen) {
                        screen.append((char) c);
                    }
                }
            } catch (IOException e) {
                // the process is gone
            }
        });
        reader.setDaemon(true);
        reader.start();
        return started.getOutputStream();
    }

    private String sent() {
        synchronized (screen) {
            return screen.toString();
        }
    }

    private ScreenModel model(int rows, int columns) {
        ScreenModel model = new ScreenModel(rows, columns);
        model.take(sent());
        return model;
    }

    private static void type(OutputStream keys, String text) throws IOException {
        keys.write(text.getBytes(StandardCharsets.UTF_8));
        keys.flush();
    }

    @Test
    void topDrawsAndFollowsAndQLeavesTheTerminalAsItWas() throws Exception {
        OutputStream keys = top();
        await().atMost(PATIENCE).until(() -> model(30, 100).text().contains("q quits"));
        ScreenModel first = model(30, 100);
        assertThat(first.alternate).isTrue();
        assertThat(first.cursorHidden).isTrue();
        assertThat(first.lines().get(0)).startsWith("grouter top: dc1 at http://127.0.0.1:");
        assertThat(first.text()).contains("dc3   suspect", "10.1.0.21:80  down", "drain of hello", "route-removed");
        assertThat(first.lines().get(29)).isEqualTo("q quits");
        if (server != null) {
            server.answers.put("/v1/sites", Golden.answer("sites").replace("\"SUSPECT\"", "\"STALE\""));
        }
        await().atMost(PATIENCE).until(() -> model(30, 100).text().contains("dc3   stale"));
        if (server != null) {
            server.answers.remove("/v1/feed");
        }
        await().atMost(PATIENCE).until(() -> model(30, 100).text().contains("ago: http://127.0.0.1"));
        type(keys, "q");
        await().atMost(PATIENCE).until(() -> sent().contains("code 0") && sent().contains("tostop"));
        isAsBefore();
    }

    @Test
    void ctrlCLeavesTheTerminalAsItWas() throws Exception {
        OutputStream keys = top();
        await().atMost(PATIENCE).until(() -> model(30, 100).text().contains("q quits"));
        type(keys, "\u0003");
        await().atMost(PATIENCE).until(() -> sent().contains("tostop"));
        isAsBefore();
    }

    private void isAsBefore() {
        String sent = sent();
        String after = sent.substring(sent.lastIndexOf("\u001b[?1049l"));
        assertThat(after).contains(" icanon", " echo ", "susp = ^Z").doesNotContain("-icanon", "-echo ");
        assertThat(sent.indexOf("\u001b[?25h")).isGreaterThan(sent.indexOf("\u001b[?25l"));
    }
}
