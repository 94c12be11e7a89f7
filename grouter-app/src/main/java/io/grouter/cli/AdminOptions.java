package io.grouter.cli;

import io.grouter.route.Durations;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What all commands that ask a node have in common. */
@Command(
        mixinStandardHelpOptions = true,
        optionListHeading = "%n",
        footerHeading = "%n",
        footer = {
            "GROUTER_TOKEN in the environment is sent as a bearer token. COLUMNS sets the width, NO_COLOR=1 takes the colours away.",
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:the answer is no: unknown, or refused",
            "2:wrong usage",
            "3:no answer from the node",
            "4:not allowed",
            "5:the node could not answer"
        })
final class AdminOptions {
    private static final String DEFAULT = "http://127.0.0.1:8081";
    private static final Set<String> HERE = Set.of("127.0.0.1", "localhost", "[::1]");

    private final Surroundings surroundings;

    @Option(
            names = "--admin",
            paramLabel = "URL",
            description = "The node's admin API (default: GROUTER_ADMIN, else " + DEFAULT + ").")
    private @Nullable String admin;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "${COMPLETION-CANDIDATES}: for people, or as the API says it.")
    private OutputFormat output = OutputFormat.table;

    @Option(names = "--ca", paramLabel = "FILE", description = "CA of the node's certificate (PEM).")
    private @Nullable Path ca;

    @Option(names = "--cert", paramLabel = "FILE", description = "Your certificate (PEM).")
    private @Nullable Path certificate;

    @Option(names = "--key", paramLabel = "FILE", description = "Its key (PEM).")
    private @Nullable Path key;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            description = "Most time an answer may take, such as 10s (default).")
    private String timeout = "10s";

    AdminOptions(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** What a command does with a node. */
    interface Work {
        /** Returns the exit code. */
        int on(Session session) throws CommandFailure, InterruptedException;
    }

    /** Does the work; what goes wrong is told on the error output. Returns the exit code. */
    int run(Work work) {
        Output out = new Output(surroundings.out());
        try {
            int code = work.on(new Session(surroundings, target(), output == OutputFormat.json, out));
            out.flush();
            return code;
        } catch (Output.Closed e) {
            return ExitCodes.OK;
        } catch (CommandFailure e) {
            return tell(out, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitCodes.NODE_FAILED;
        }
    }

    private int tell(Output out, CommandFailure failure) {
        try {
            out.flush();
        } catch (Output.Closed e) {
            return ExitCodes.OK;
        }
        surroundings.err().println("grouter: " + failure.message());
        if (!failure.advice().isEmpty()) {
            surroundings.err().println(failure.advice());
        }
        return failure.exitCode();
    }

    private Target target() throws CommandFailure {
        URI base = base();
        String token = surroundings.environment("GROUTER_TOKEN");
        token = token == null ? "" : token.strip();
        if (!token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw usage("GROUTER_TOKEN: is no token (expected: visible ASCII characters)");
        }
        if (!token.isEmpty() && base.getScheme().equals("http") && !HERE.contains(base.getHost())) {
            throw usage("GROUTER_TOKEN is not sent over " + base + " (expected: https://, or this machine)");
        }
        if ((certificate == null) != (key == null)) {
            throw usage("--cert and --key go together");
        }
        return new Target(base, token, file(ca), file(certificate), file(key), timeout());
    }

    private static String file(@Nullable Path file) {
        return file == null ? "" : file.toString();
    }

    private URI base() throws CommandFailure {
        String fromEnvironment = surroundings.environment("GROUTER_ADMIN");
        String name = admin != null ? "--admin" : "GROUTER_ADMIN";
        String text = admin != null
                ? admin
                : fromEnvironment == null || fromEnvironment.isBlank() ? DEFAULT : fromEnvironment.strip();
        try {
            URI url = new URI(text.contains("://") ? text : "http://" + text);
            String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
            boolean bare = url.getRawQuery() == null && url.getRawFragment() == null && url.getRawUserInfo() == null;
            if (url.getHost() != null
                    && bare
                    && url.getPort() < 65_536
                    && Set.of("http", "https").contains(scheme)) {
                String path = url.getRawPath().replaceAll("/+$", "");
                return URI.create(scheme + "://" + url.getRawAuthority() + path);
            }
        } catch (URISyntaxException e) {
            // said below
        }
        throw usage(name + ": \"" + Printable.of(text) + "\" (expected: http:// or https://, host and port)");
    }

    private Duration timeout() throws CommandFailure {
        try {
            Duration duration = Durations.parse(timeout);
            if (!duration.isZero()) {
                return duration;
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw usage("--timeout: \"" + Printable.of(timeout) + "\" (expected: such as 500ms, 10s or 1m)");
    }

    private static CommandFailure usage(String message) {
        return new CommandFailure(ExitCodes.USAGE, message, "");
    }
}
