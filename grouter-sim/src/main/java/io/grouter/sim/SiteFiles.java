package io.grouter.sim;

import io.grouter.gossip.SiteKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.Stream;

/** The folder of a simulation: what its nodes keep, and the keys and certificates with which they trust each other. */
final class SiteFiles implements AutoCloseable {
    private final Path folder;
    private final List<SiteKeys.Generated> keys = new ArrayList<>();
    private CertificateAuthority authority = new CertificateAuthority("sim CA 1");
    private int authorities = 1;

    /** Makes a folder, with keys and certificates for a number of sites. */
    SiteFiles(int sites) throws IOException {
        this.folder = Files.createTempDirectory("grouter-sim-");
        Files.writeString(ca(), authority.certificate());
        for (int site = 1; site <= sites; site++) {
            keys.add(SiteKeys.generate());
            renew(site);
        }
    }

    Path folder() {
        return folder;
    }

    /** Gives a site a new key and certificate; its nodes read them by themselves. */
    void renew(int site) throws IOException {
        String name = "dc" + site;
        authority.issue(name, "spiffe://grouter/site/" + name, file(site, ".crt"), file(site, ".key"));
    }

    /** Gives all sites certificates of a new authority, which everybody trusts beside the old one. */
    void renewAll() throws IOException {
        authorities++;
        CertificateAuthority next = new CertificateAuthority("sim CA " + authorities);
        CertificateAuthority.replace(ca(), authority.certificate() + next.certificate());
        authority = next;
        for (int site = 1; site <= keys.size(); site++) {
            renew(site);
        }
    }

    /** Returns the {@code tls} section of a site's nodes, for {@code gossip} and {@code relay}. */
    String tls(int site) {
        return "  tls: {ca: " + ca() + ", certificate: " + file(site, ".crt") + ", key: " + file(site, ".key") + "}";
    }

    /** Returns a site's private key, as {@code gossip.signingKey} takes it. */
    String signingKey(int site) {
        return keys.get(site - 1).privateKey();
    }

    /** Returns the public keys of all sites, as {@code gossip.sites} takes them. */
    String trusted() {
        StringJoiner all = new StringJoiner(", ", "[", "]");
        for (int site = 1; site <= keys.size(); site++) {
            all.add("{name: dc" + site + ", keys: [" + keys.get(site - 1).publicKey() + "]}");
        }
        return all.toString();
    }

    private Path ca() {
        return folder.resolve("ca.pem");
    }

    private Path file(int site, String ending) {
        return folder.resolve("dc" + site + ending);
    }

    /** Deletes the folder with all that is in it. */
    @Override
    public void close() {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        } catch (IOException e) {
            folder.toFile().deleteOnExit(); // somebody still writes there; it is the system's folder for such things
        }
    }
}
