package io.grouter.tls;

import io.grouter.tls.PemMaterial.Stamp;
import io.grouter.tls.ServerCertificates.Pair;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Which files of one name are in a folder, of those that make a certificate with its key. */
record PairFiles(Path folder, String name, boolean crt, boolean pem, boolean key) {
    private static final long MAX_SIZE = 1 << 20;
    private static final int DNS_NAME = 2;
    private static final int IP_ADDRESS = 7;

    /** What is in a folder, and whether that is not all. */
    record Found(SortedMap<String, PairFiles> pairs, boolean tooMany) {}

    /**
     * Looks into a folder. The pair of the default name is always among those found, even with no file; then come the
     * first by name.
     */
    static Found in(Path folder, String defaultName, int max) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new IOException(folder + ": no such folder");
        }
        SortedMap<String, PairFiles> pairs =
                new TreeMap<>(Comparator.comparing((String each) -> !each.equals(defaultName))
                        .thenComparing(Comparator.naturalOrder()));
        if (!defaultName.isEmpty()) {
            pairs.put(defaultName, new PairFiles(folder, defaultName, false, false, false));
        }
        boolean tooMany = false;
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                add(folder, file.getFileName().toString(), pairs);
                if (pairs.size() > max) {
                    pairs.remove(pairs.lastKey());
                    tooMany = true;
                }
            }
        } catch (DirectoryIteratorException | IOException e) {
            throw new IOException(folder + ": may not be read (" + e + ")", e);
        }
        return new Found(pairs, tooMany);
    }

    private static void add(Path folder, String file, SortedMap<String, PairFiles> pairs) {
        int dot = file.lastIndexOf('.');
        if (dot <= 0 || file.startsWith(".")) {
            return;
        }
        String name = file.substring(0, dot);
        PairFiles one = switch (file.substring(dot + 1)) {
            case "crt" -> new PairFiles(folder, name, true, false, false);
            case "pem" -> new PairFiles(folder, name, false, true, false);
            case "key" -> new PairFiles(folder, name, false, false, true);
            default -> null;
        };
        if (one != null) {
            pairs.merge(
                    name, one, (a, b) -> new PairFiles(folder, name, a.crt || b.crt, a.pem || b.pem, a.key || b.key));
        }
    }

    private Path file(String extension) {
        return folder.resolve(name + extension);
    }

    private Path certificateFile() {
        return file(pem && !(crt && key) ? ".pem" : ".crt");
    }

    private Path keyFile() {
        return file(pem && !key ? ".pem" : ".key");
    }

    /** Returns what tells whether {@link #load} would come to something else. */
    List<Stamp> stamps() {
        return crt || pem || key
                ? Stream.of(certificateFile(), keyFile())
                        .distinct()
                        .map(Stamp::of)
                        .toList()
                : List.of();
    }

    /** Reads the files; throws with file and reason, as a {@link FileSystemException} when it may go well later. */
    Pair load() throws IOException {
        if (!crt && !pem) {
            throw new IOException(folder + "/" + name + ".crt: no such file");
        }
        Path certificate = certificateFile();
        Path secret = keyFile();
        check(certificate);
        check(secret);
        try {
            List<X509Certificate> chain = Pem.certificates(certificate);
            PrivateKey own = Pem.privateKey(secret);
            if (!PemMaterial.belongTogether(own, chain.get(0))) {
                throw new IOException(secret + " is not the key of the first certificate in " + certificate);
            }
            return new Pair(name, chain, own, names(chain.get(0)));
        } catch (GeneralSecurityException | RuntimeException e) {
            throw new IOException(certificate + ": cannot be used with its key: " + e.getMessage(), e);
        }
    }

    private static void check(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new IOException(file + ": no such file");
        }
        if (!Files.isRegularFile(file)) {
            throw new IOException(file + ": not a file");
        }
        if (Files.size(file) > MAX_SIZE) {
            throw new IOException(file + ": larger than 1 MiB");
        }
        if (!Files.isReadable(file)) {
            throw new FileSystemException(file.toString(), null, "may not be read");
        }
    }

    /** Returns the hosts and addresses a certificate is for (RFC 6125, section 6.4). */
    private static Set<String> names(X509Certificate certificate) throws CertificateParsingException {
        Set<String> names = new LinkedHashSet<>();
        Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
        if (alternatives == null) {
            String common = CertificateNames.commonName(certificate.getSubjectX500Principal());
            return common == null ? names : Set.of(plain(common));
        }
        for (List<?> each : alternatives) {
            boolean wanted = each.get(0) instanceof Integer type && (type == DNS_NAME || type == IP_ADDRESS);
            if (wanted && each.get(1) instanceof String text) {
                names.add(plain(text));
            }
        }
        return names;
    }

    private static String plain(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }
}
