package io.grouter.app;

import io.grouter.cli.Commands;
import java.util.Arrays;
import java.util.Optional;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The command line. */
@Command(
        name = "grouter",
        description = {
            "Grouter, a global router for Cloud Foundry run in several datacentres.",
            "It learns each site's apps from NATS and sends every request to a site that has the app."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {RunCommand.class, CheckConfigCommand.class, KeygenCommand.class, TokenCommand.class},
        footer = {"", "Try it: ./grouter sim"})
public final class Main implements Runnable {
    @Spec
    private @Nullable CommandSpec spec;

    private Main() {}

    /** Without a subcommand there is nothing to do but to say which there are. */
    @Override
    public void run() {
        if (spec != null) {
            throw new CommandLine.ParameterException(spec.commandLine(), "Missing command");
        }
    }

    /** Runs the command line and exits with its code: 0 done, 1 failed, 2 wrong usage or configuration, others as docs/cli.md says. */
    public static void main(String[] args) {
        refuseSerializedObjects();
        needNoTemporaryFiles();
        answerAtOnce();
        Optional<CommandLine> alone = args.length == 0 ? Optional.empty() : Commands.alone(args[0]);
        System.exit(
                alone.isPresent()
                        ? alone.get().execute(Arrays.copyOfRange(args, 1, args.length))
                        : commandLine().execute(args));
    }

    /**
     * JGroups can carry serialized Java objects, and reads them before it knows the sender. Nothing here uses them, so
     * they are refused; the launcher sets the same, this is for {@code java -jar}. Must run before JGroups is loaded.
     */
    private static void refuseSerializedObjects() {
        for (String filter : new String[] {"jgroups.deserialization.filter", "jdk.serialFilter"}) {
            if (System.getProperty(filter) == null) {
                System.setProperty(filter, "!*");
            }
        }
    }

    /**
     * Bouncy Castle, which NATS and Netty bring in for reading keys, unpacks native code into the folder for temporary
     * files before its first use, and where it cannot write there it tries again for 97 s. Plain Java does here.
     */
    private static void needNoTemporaryFiles() {
        String variant = "org.bouncycastle.native.cpu_variant";
        if (System.getProperty(variant) == null) {
            System.setProperty(variant, "java");
        }
    }

    /**
     * The JDK's HTTP server sends the head and the body of an answer by themselves, and unless told otherwise the second
     * waits for the client's acknowledgement of the first: 40 ms on a connection that is used again. Must run before it is
     * loaded.
     */
    private static void answerAtOnce() {
        String atOnce = "sun.net.httpserver.nodelay";
        if (System.getProperty(atOnce) == null) {
            System.setProperty(atOnce, "true");
        }
    }

    static CommandLine commandLine() {
        CommandLine commands = new CommandLine(new Main());
        for (Subcommand each : ServiceLoader.load(Subcommand.class)) {
            commands.addSubcommand(each);
        }
        Commands.addTo(commands);
        return commands;
    }

    /** Tells the version from the jar. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            @Nullable String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {
                "grouter " + (version == null ? "(not from a jar)" : version) + ", Java "
                        + System.getProperty("java.version")
            };
        }
    }
}
