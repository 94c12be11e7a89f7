package io.grouter.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Makes self-signed certificates with their keys as PEM files, by the JDK's keytool. */
public final class KeyFiles {
    private static final char[] PASSWORD = "password".toCharArray();

    private final Path certificate;
    private final Path key;

    private KeyFiles(Path certificate, Path key) {
        this.certificate = certificate;
        this.key = key;
    }

    /**
     * Makes a certificate that is its own CA.
     *
     * @param algorithm {@code EC} or {@code RSA}
     * @param names subject alternative names as keytool takes them, for example {@code ip:127.0.0.1}
     */
    public static KeyFiles make(Path folder, String name, String algorithm, String names) {
        return make(folder, name, algorithm, 2, "-ext", "san=" + names);
    }

    /**
     * Makes a certificate that is its own CA.
     *
     * @param algorithm {@code EC} or {@code RSA}
     * @param days how long from now the certificate is valid
     * @param options further options of keytool's {@code -genkeypair}
     */
    public static KeyFiles make(Path folder, String name, String algorithm, int days, String... options) {
        Path store = folder.resolve(name + ".p12");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keystore",
                store.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                new String(PASSWORD),
                "-alias",
                name,
                "-keyalg",
                algorithm,
                "-dname",
                "CN=" + name,
                "-ext",
                "bc=ca:true",
                "-validity",
                Integer.toString(days)));
        command.addAll(List.of(options));
        try {
            Process keytool = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!keytool.waitFor(30, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
                throw new IllegalStateException("keytool failed: " + command);
            }
            return export(folder, name, store);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static KeyFiles export(Path folder, String name, Path from) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(from)) {
            store.load(in, PASSWORD);
        }
        KeyFiles files = new KeyFiles(folder.resolve(name + ".crt"), folder.resolve(name + ".key"));
        Files.writeString(
                files.certificate, pem("CERTIFICATE", store.getCertificate(name).getEncoded()));
        Files.writeString(
                files.key, pem("PRIVATE KEY", store.getKey(name, PASSWORD).getEncoded()));
        return files;
    }

    /** Returns a PEM block. */
    public static String pem(String label, byte[] der) {
        String base64 = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
    }

    /** Returns the file with the certificate. */
    public String certificate() {
        return certificate.toString();
    }

    /** Returns the file with the private key, PKCS #8. */
    public String key() {
        return key.toString();
    }
}
