package io.grouter.app;

import io.grouter.gossip.SiteKeys;
import io.grouter.route.SiteId;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code grouter keygen}: a new key pair for a site, as lines for the configurations. */
@Command(
        name = "keygen",
        description = {
            "Make a new key pair with which a site signs what it announces, and print the lines for the configurations.",
            "To change a site's key: add the new public key beside the old one everywhere (POST /v1/reload makes nodes read it),",
            "then change signingKey on the site's own nodes one after the other, then take the old public key away."
        },
        mixinStandardHelpOptions = true)
final class KeygenCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--site", required = true, paramLabel = "NAME", description = "The site, for example dc1.")
    private @Nullable String site;

    @Override
    public Integer call() {
        if (spec == null || site == null) {
            throw new IllegalStateException("not called by picocli");
        }
        SiteId name;
        try {
            name = new SiteId(site);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        SiteKeys.Generated keys = SiteKeys.generate();
        PrintWriter out = spec.commandLine().getOut();
        out.println("# on the nodes of " + name + " alone, and kept secret:");
        out.println("gossip:");
        out.println("  signingKey: " + keys.privateKey());
        out.println();
        out.println("# on the nodes of every site, " + name + " too:");
        out.println("gossip:");
        out.println("  sites:");
        out.println("    - {name: " + name + ", keys: [" + keys.publicKey() + "]}");
        out.flush();
        return CommandLine.ExitCode.OK;
    }
}
