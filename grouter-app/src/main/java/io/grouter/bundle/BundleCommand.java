package io.grouter.bundle;

import io.grouter.app.Subcommand;
import io.grouter.tls.PemMaterial;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code grouter bundle}: asks a node for everything that helps to understand it, and keeps that in one file. */
@Command(
        name = "bundle",
        description = {
            "Write what a node says of itself into one file for whoever is to help: configuration (masked), sites, "
                    + "journal, overrides, metrics, threads.",
            "Exit code 1 if the node answered nothing, or the file cannot be written."
        },
        mixinStandardHelpOptions = true,
        footer = {"", "The environment variable GROUTER_TOKEN is the token, if the node wants one."})
public final class BundleCommand implements Callable<Integer>, Subcommand {
    private static final Duration CONNECT = Duration.ofSeconds(5);

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--admin",
            paramLabel = "URL",
            description = "The node's admin API (default: ${DEFAULT-VALUE}).",
            defaultValue = "http://127.0.0.1:8081")
    private @Nullable URI admin;

    @Option(names = "--output", paramLabel = "FILE", description = "The file (default: grouter-bundle-TIME.tar.gz).")
    private @Nullable Path output;

    @Option(names = "--log", paramLabel = "FILE", description = "A log file of the node whose end goes in as well.")
    private @Nullable Path log;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "The CAs of the node's certificate (PEM; default: those Java trusts).")
    private @Nullable Path ca;

    /** Made by picocli. */
    public BundleCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        if (spec == null || admin == null) {
            throw new IllegalStateException("not called by picocli");
        }
        if (admin.getHost() == null || !Set.of("http", "https").contains(String.valueOf(admin.getScheme()))) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(),
                    "--admin: \"" + admin + "\" is no URL (expected: such as http://127.0.0.1:8081)");
        }
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        Path file = output == null ? Path.of(defaultName(now)) : output;
        try {
            Bundle bundle = new Bundle(client(), admin, System.getenv("GROUTER_TOKEN"));
            try (OutputStream out = create(file)) {
                bundle.write(out, log, now);
            }
            bundle.index().forEach(spec.commandLine().getOut()::println);
            spec.commandLine().getOut().println("written: " + file);
            return bundle.answered() > 0 ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
        } catch (FileAlreadyExistsException e) {
            spec.commandLine()
                    .getErr()
                    .println("grouter: " + file + " is there already; name another one with --output");
        } catch (IOException e) {
            spec.commandLine().getErr().println("grouter: " + e.getMessage());
        }
        return CommandLine.ExitCode.SOFTWARE;
    }

    private static String defaultName(Instant now) {
        return "grouter-bundle-"
                + DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT)
                        .withZone(ZoneOffset.UTC)
                        .format(now)
                + ".tar.gz";
    }

    /** For its owner alone: there are no secrets in it, but a good deal about the installation. */
    private static OutputStream create(Path file) throws IOException {
        boolean posix = Files.getFileStore(file.toAbsolutePath().getParent()).supportsFileAttributeView("posix");
        FileAttribute<?>[] owner = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
        return Channels.newOutputStream(
                FileChannel.open(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), owner));
    }

    private HttpClient client() throws IOException {
        HttpClient.Builder builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT);
        if (ca != null) {
            try {
                SSLContext context = SSLContext.getInstance("TLS");
                TrustManager[] trust = {new PemMaterial(ca, null, null).read().trust()};
                context.init(null, trust, null);
                builder.sslContext(context);
            } catch (GeneralSecurityException e) {
                throw new IOException("--ca: " + e.getMessage(), e);
            }
        }
        return builder.build();
    }
}
