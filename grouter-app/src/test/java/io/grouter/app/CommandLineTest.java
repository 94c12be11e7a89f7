package io.grouter.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.admin.Token;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CommandLineTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        CommandLine commands = Main.commandLine();
        commands.setOut(new PrintWriter(out, true));
        commands.setErr(new PrintWriter(err, true));
        return commands.execute(arguments);
    }

    private String file(String text) throws IOException {
        return Files.writeString(folder.resolve("node.yaml"), text).toString();
    }

    @Test
    void helpNamesTheCommands() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).contains("run", "check-config", "./grouter sim");
        assertThat(run("--version")).isZero();
        assertThat(out.toString()).contains("grouter ");
    }

    @Test
    void wrongUsageIsTwo() {
        assertThat(run()).isEqualTo(2);
        assertThat(run("rnu")).isEqualTo(2);
        assertThat(run("run")).isEqualTo(2);
        assertThat(run("check-config")).isEqualTo(2);
        assertThat(err.toString()).contains("Missing command", "rnu", "--config", "FILE");
    }

    @Test
    void aGoodConfigurationIsZero() throws IOException {
        String good = file("site: {name: dc1}\nnats: {servers: [\"nats://10.0.0.1:4222\"]}\n"
                + "goRouters: {members: [{address: 10.0.0.2:80, status: 10.0.0.2:8080}]}\n");
        assertThat(run("check-config", good)).isZero();
        assertThat(out.toString()).contains("ok, site dc1");
    }

    @Test
    void aBadConfigurationIsTwoForEveryCommandThatReadsIt() throws IOException {
        String bad = file("site: {nme: dc1}\n");
        assertThat(run("check-config", bad)).isEqualTo(2);
        assertThat(run("run", "--config", bad)).isEqualTo(2);
        assertThat(err.toString())
                .contains("did you mean name?", "4 problems in the configuration; nothing was started");
    }

    @Test
    void keygenPrintsLinesThatWorkTogether() throws IOException {
        assertThat(run("keygen", "--site", "dc1")).isZero();
        String[] lines = out.toString().split("\\R");
        String config = "site: {name: dc1}\nnats: {servers: [\"nats://10.0.0.1:4222\"]}\n"
                + "goRouters: {members: [{address: 10.0.0.2:80, status: 10.0.0.2:8080}]}\n"
                + lines[1] + "\n" + lines[2] + "\n" + lines[6] + "\n" + lines[7] + "\n";
        assertThat(run("check-config", file(config))).as(err.toString()).isZero();
        assertThat(run("keygen", "--site", "dc1")).isZero();
        String other = out.toString().split("\\R")[lines.length + 3];
        assertThat(run("check-config", file(config.replace(lines[2], other)))).isEqualTo(2);
        assertThat(err.toString()).contains("gossip.signingKey: does not belong to any key of site dc1");
        assertThat(run("keygen", "--site", "DC 1")).isEqualTo(2);
        assertThat(run("keygen")).isEqualTo(2);
    }

    @Test
    void tokenPrintsATokenAndLinesThatFitIt() throws IOException {
        assertThat(run("token", "--name", "ann", "--role", "operate")).isZero();
        String[] lines = out.toString().split("\\R");
        String token = lines[1].substring(2);
        assertThat(lines[6]).contains("{name: ann, role: operate, hash: \"" + new Token(token).hash() + "\"}");
        String config = "site: {name: dc1}\nnats: {servers: [\"nats://10.0.0.1:4222\"]}\n"
                + "goRouters: {members: [{address: 10.0.0.2:80, status: 10.0.0.2:8080}]}\n"
                + lines[4] + "\n" + lines[5] + "\n" + lines[6] + "\n";
        assertThat(run("check-config", file(config))).as(err.toString()).isZero();
        assertThat(run("token", "--name", "ann", "--role", "root")).isEqualTo(2);
        assertThat(err.toString()).contains("--role: \"root\" (expected: read, operate)");
        assertThat(run("token", "--name", "a b", "--role", "read")).isEqualTo(2);
        assertThat(run("token", "--name", "ann")).isEqualTo(2);
    }

    @Test
    void theReferenceCanBePrinted() {
        assertThat(run("check-config", "--reference")).isZero();
        assertThat(out.toString()).isEqualTo(ConfigLoader.referenceText());
    }
}
