package io.grouter.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.grouter.testing.KeyFiles;
import io.grouter.tls.ServerCertificates.Pair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class ServerCertificatesTest {
    private static final long HOUR = Duration.ofHours(1).toMillis();
    private static final int MANY = 100;

    @TempDir
    private static Path made;

    /** Two days from now. */
    private static KeyFiles site;
    /** From one day on to five. */
    private static KeyFiles wild;
    /** Five days from now, with no subject alternative name. */
    private static KeyFiles bare;

    @TempDir
    private Path folder;

    private final Logger logger = (Logger) LoggerFactory.getLogger(ServerCertificates.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private long now = System.currentTimeMillis() + 36 * HOUR;
    private long mtime = 1_000_000;

    @BeforeAll
    static void make() {
        String names = "dns:Site.Example.com,dns:both.example.com,dns:*.example.net,ip:127.0.0.1";
        site = KeyFiles.make(made, "site", "EC", 2, "-ext", "san=" + names);
        wild = KeyFiles.make(
                made, "wild", "EC", 4, "-startdate", "+1d", "-ext", "san=dns:*.example.com,dns:both.example.com");
        bare = KeyFiles.make(made, "bare", "RSA", 5);
    }

    @BeforeEach
    void listen() {
        logger.setAdditive(false);
        logger.setLevel(Level.WARN);
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void stopListening() {
        logger.detachAppender(lines);
        logger.setLevel(null);
        logger.setAdditive(true);
    }

    private ServerCertificates certificates(String defaultName) {
        return new ServerCertificates(folder, defaultName, () -> now, MANY);
    }

    private ServerCertificates read(String defaultName) throws IOException {
        ServerCertificates certificates = certificates(defaultName);
        assertThat(certificates.read()).isTrue();
        return certificates;
    }

    /** Writes a file, with a time of change of its own. */
    private Path put(String file, String... contents) throws IOException {
        Path path = Files.writeString(folder.resolve(file), String.join("", contents));
        mtime += 1000;
        return Files.setLastModifiedTime(path, FileTime.fromMillis(mtime));
    }

    private void put(String name, KeyFiles pair) throws IOException {
        put(name + ".crt", text(pair.certificate()));
        put(name + ".key", text(pair.key()));
    }

    private static String text(String file) throws IOException {
        return Files.readString(Path.of(file));
    }

    private void remove(String... files) throws IOException {
        for (String file : files) {
            Files.delete(folder.resolve(file));
        }
    }

    private List<String> warnings() {
        List<String> texts =
                lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
        lines.list.clear();
        return texts;
    }

    private static String chosen(ServerCertificates certificates, String host) {
        return certificates.choose(host).name();
    }

    @Test
    void aNameBeatsAWildcardAndThatTheDefault() throws IOException {
        put("a-wild", wild);
        put("bare", bare);
        put("site", site);
        ServerCertificates certificates = read("bare");
        for (String host : new String[] {"site.example.com", "SITE.example.COM", "site.example.com.", "127.0.0.1"}) {
            assertThat(chosen(certificates, host)).as(host).isEqualTo("site");
        }
        for (String host : new String[] {"other.example.com", "Other.Example.Com.", "x-y.example.com"}) {
            assertThat(chosen(certificates, host)).as(host).isEqualTo("a-wild");
        }
        String[] neither = {
            "bare",
            "BARE",
            "",
            ".",
            "..",
            "example.com",
            ".example.com",
            "a.b.example.com",
            "example.com.",
            "site.example.com..",
            "com",
            "other.examplexcom",
            "\u212Aite.example",
            "a".repeat(260) + ".example.com"
        };
        for (String host : neither) {
            assertThat(chosen(certificates, host)).as(host).isEqualTo("bare");
        }
        assertThat(certificates.choose(null).name()).isEqualTo("bare");
        assertThat(certificates.pairs()).extracting(Pair::name).containsExactly("a-wild", "bare", "site");
        assertThat(chosen(read(""), "unknown")).isEqualTo("a-wild");
        assertThat(warnings()).isEmpty();
        assertThat(certificates.problems()).isEmpty();
    }

    @Test
    void aHostNameMayHave255Characters() throws IOException {
        put("bare", bare);
        put("wild", wild);
        ServerCertificates certificates = read("bare");
        String end = ".example.com";
        assertThat(chosen(certificates, "a".repeat(255 - end.length()) + end)).isEqualTo("wild");
        assertThat(chosen(certificates, "a".repeat(256 - end.length()) + end)).isEqualTo("bare");
    }

    @Test
    void namesComeFromTheCertificate() throws IOException {
        put("bare", bare);
        put("site", site);
        ServerCertificates certificates = read("");
        assertThat(certificates.pairs().get(0).names()).containsExactly("bare");
        assertThat(certificates.pairs().get(1).names())
                .containsExactly("site.example.com", "both.example.com", "*.example.net", "127.0.0.1");
        assertThat(certificates.pairs())
                .hasToString("[bare for [bare], site for "
                        + certificates.pairs().get(1).names() + "]");
    }

    @Test
    void aWildcardIsOneWholeLabelAtTheBeginning() throws IOException {
        put("bare", bare);
        Pair pair = read("").pairs().get(0);
        Set<String> names = Set.of("w*.org", "*.*.com", "a.*.com", "*", "*.", ".net", "", ".", "*.good.com", "*.k.com");
        Pair odd = new Pair("odd", pair.chain(), pair.key(), names);
        CertificateChoice choice = new CertificateChoice(List.of(odd, pair), "bare", Instant.ofEpochMilli(now));
        String[] wrong = {
            "wx.org",
            "w*.org",
            "a.b.com",
            "*.*.com",
            "a.*.com",
            "a.x.com",
            "x",
            "*",
            "*.",
            "a.net",
            ".net",
            "",
            ".",
            "good.com",
            "a.b.good.com",
            "a.good.com.org",
            "*..good.com",
            "a.\u212A.com"
        };
        for (String host : wrong) {
            assertThat(choice.of(host)).as(host).isSameAs(pair);
        }
        assertThat(choice.of("a.good.com")).isSameAs(odd);
        assertThat(choice.of("A.K.com.")).isSameAs(odd);
    }

    @Test
    void ofSeveralForOneNameTheOneThatIsValidForLongest() throws IOException {
        put("site", site);
        put("site-copy", site);
        put("wild", wild);
        now -= 24 * HOUR;
        ServerCertificates certificates = read("");
        assertThat(chosen(certificates, "both.example.com")).isEqualTo("site");
        assertThat(warnings()).singleElement().asString().contains("certificate wild is not valid before");
        assertThat(certificates.read()).isFalse();
        now += 24 * HOUR;
        assertThat(certificates.read()).isTrue();
        assertThat(chosen(certificates, "both.example.com")).isEqualTo("wild");
        assertThat(certificates.read()).isFalse();
        assertThat(warnings()).isEmpty();
        assertThat(chosen(certificates, "site.example.com")).isEqualTo("site");
    }

    @Test
    void anExpiredCertificateIsUsedAndWarnedAboutOnce() throws IOException {
        put("site", site);
        ServerCertificates certificates = read("");
        assertThat(warnings()).isEmpty();
        now += 24 * HOUR;
        assertThat(certificates.read()).isFalse();
        assertThat(warnings()).singleElement().asString().contains("certificate site has expired at");
        put("site", site);
        assertThat(certificates.read()).isFalse();
        assertThat(warnings()).isEmpty();
        assertThat(chosen(certificates, "site.example.com")).isEqualTo("site");
        assertThat(certificates.problems()).isEmpty();
    }

    @Test
    void readsChainAndKeyFromOneFile() throws IOException {
        put("one.pem", text(site.key()), text(site.certificate()), text(bare.certificate()));
        put("two.pem", text(bare.certificate()));
        put("two.key", text(bare.key()));
        put("three", wild);
        put("three.pem", "not used beside .crt and .key");
        put("four.pem", text(wild.certificate()), text(wild.key()));
        put("four.crt", "not used beside a .pem with no .key");
        put(".hidden.pem", "not looked at");
        put("readme.txt", "not looked at");
        Files.createDirectory(folder.resolve("other"));
        ServerCertificates certificates = read("one");
        assertThat(certificates.pairs()).extracting(Pair::name).containsExactly("four", "one", "three", "two");
        assertThat(certificates.choose(null).chain()).hasSize(2);
        assertThat(certificates.choose(null).key().getAlgorithm()).isEqualTo("EC");
        assertThat(warnings()).isEmpty();
    }

    @Test
    void theFirstReadFailsWhenNothingCanBeUsed() throws IOException {
        ServerCertificates empty = certificates("");
        assertThatThrownBy(() -> empty.choose("a")).isInstanceOf(IllegalStateException.class);
        assertThat(empty.pairs()).isEmpty();
        assertThatThrownBy(empty::read).isInstanceOf(IOException.class).hasMessageStartingWith(folder + ": no cert");
        put("a.key", text(site.key()));
        assertThatThrownBy(empty::read).hasMessageContaining(folder.resolve("a.crt") + ": no such file");
        assertThat(empty.problems()).singleElement().asString().contains("a.crt: no such file");
        put("a.crt", text(site.certificate()));
        assertThat(empty.read()).isTrue();
        Path none = folder.resolve("none");
        assertThatThrownBy(new ServerCertificates(none, "")::read).hasMessage(none + ": no such folder");
    }

    @Test
    void theFirstReadFailsWithoutTheDefault() throws IOException {
        put("site", site);
        ServerCertificates certificates = certificates("main");
        Path missing = folder.resolve("main.crt");
        assertThatThrownBy(certificates::read)
                .isInstanceOf(IOException.class)
                .hasMessage("the default certificate cannot be used: " + missing + ": no such file");
        put("main.crt", text(site.certificate()));
        assertThatThrownBy(certificates::read).hasMessageEndingWith("main.key: no such file");
        put("main.key", text(bare.key()));
        assertThatThrownBy(certificates::read).hasMessageContaining("is not the key of the first certificate in");
        assertThat(warnings()).hasSize(3);
        assertThatThrownBy(certificates::read).hasMessageContaining("is not the key of the first certificate in");
        assertThat(warnings()).isEmpty();
        put("main.key", text(site.key()));
        assertThat(certificates.read()).isTrue();
        assertThat(certificates.choose(null).name()).isEqualTo("main");
    }

    @Test
    void brokenPairsAreReportedAndTheOthersUsed() throws IOException {
        put("big.pem", text(site.certificate()), text(site.key()), " ".repeat(1 << 20));
        put("good", site);
        put("keyless.crt", text(site.certificate()));
        put("other.crt", text(site.certificate()));
        put("other.key", text(wild.key()));
        put("rsa.crt", text(site.certificate()));
        put("rsa.key", text(bare.key()));
        put("rubbish.crt", KeyFiles.pem("CERTIFICATE", new byte[] {1, 2, 3}));
        put("rubbish.key", text(site.key()));
        Files.createDirectory(folder.resolve("folder.pem"));
        ServerCertificates certificates = read("");
        assertThat(certificates.pairs()).extracting(Pair::name).containsExactly("good");
        List<String> problems = certificates.problems();
        assertThat(problems).hasSize(6);
        assertThat(problems.get(0))
                .isEqualTo("certificate big cannot be used: " + folder.resolve("big.pem") + ": larger than 1 MiB");
        assertThat(problems.get(1)).endsWith("folder.pem: not a file");
        assertThat(problems.get(2)).endsWith("keyless.key: no such file");
        assertThat(problems.get(3)).contains("other.key is not the key of the first certificate in");
        assertThat(problems.get(4)).contains("rsa.key is not the key of the first certificate in");
        assertThat(problems.get(5)).endsWith("rubbish.crt: certificate 1 cannot be read");
        assertThat(warnings()).containsExactlyElementsOf(problems);
        assertThat(certificates.read()).isFalse();
        assertThat(warnings()).isEmpty();
        assertThat(certificates.problems()).isEqualTo(problems);
    }

    @Test
    void filesAreReadAgainOnlyWhenTheirStampsChange() throws IOException {
        put("site", site);
        put("wild", wild);
        ServerCertificates certificates = read("");
        Pair before = certificates.choose("site.example.com");
        Pair unchanged = certificates.choose("other.example.com");
        Path file = folder.resolve("site.crt");
        FileTime time = Files.getLastModifiedTime(file);
        Files.writeString(file, "x".repeat((int) Files.size(file)));
        Files.setLastModifiedTime(file, time);
        assertThat(certificates.read()).isFalse();
        assertThat(certificates.problems()).isEmpty();
        put("site", site); // touched, with the same content
        assertThat(certificates.read()).isFalse();
        assertThat(certificates.choose("site.example.com")).isSameAs(before);
        put("site", bare);
        assertThat(certificates.read()).isTrue();
        assertThat(certificates.read()).isFalse();
        assertThat(chosen(certificates, "bare")).isEqualTo("site");
        assertThat(chosen(certificates, "site.example.com")).isEqualTo("wild");
        assertThat(certificates.choose("other.example.com")).isSameAs(unchanged);
    }

    @Test
    void aPairOfWhichOneFileIsWrittenLaterIsPickedUpThen() throws IOException {
        put("site", site);
        put("wild", wild);
        ServerCertificates certificates = read("");
        Pair before = certificates.choose("site.example.com");
        put("site.crt", text(bare.certificate()));
        assertThat(certificates.read()).isFalse();
        assertThat(certificates.choose("site.example.com")).isSameAs(before);
        assertThat(certificates.problems()).singleElement().asString().endsWith("; the one before stays");
        assertThat(warnings()).containsExactlyElementsOf(certificates.problems());
        assertThat(certificates.read()).isFalse();
        assertThat(warnings()).isEmpty();
        put("site.key", text(bare.key()));
        assertThat(certificates.read()).isTrue();
        assertThat(chosen(certificates, "bare")).isEqualTo("site");
        assertThat(certificates.problems()).isEmpty();
    }

    @Test
    void pairsComeAndGo() throws IOException {
        put("site", site);
        ServerCertificates certificates = read("");
        put("bare", bare);
        put("wild.crt", text(wild.certificate()));
        assertThat(certificates.read()).isTrue();
        assertThat(certificates.choose(null).name()).isEqualTo("bare");
        assertThat(certificates.problems()).hasSize(1);
        remove("site.crt", "site.key", "wild.crt");
        assertThat(certificates.read()).isTrue();
        assertThat(certificates.pairs()).extracting(Pair::name).containsExactly("bare");
        assertThat(certificates.problems()).isEmpty();
        assertThat(certificates.read()).isFalse();
    }

    @Test
    void theDefaultStaysWhenItsFilesAreGone() throws IOException {
        put("a", wild);
        put("site", site);
        ServerCertificates certificates = read("site");
        Pair before = certificates.choose(null);
        remove("site.crt", "site.key");
        assertThat(certificates.read()).isFalse();
        assertThat(certificates.choose(null)).isSameAs(before);
        assertThat(warnings()).singleElement().asString().contains("site.crt: no such file; the one before stays");
        assertThat(certificates.read()).isFalse();
        assertThat(warnings()).isEmpty();
    }

    @Test
    void everythingStaysWhileNothingCanBeUsed() throws IOException {
        put("site", site);
        put("wild", wild);
        ServerCertificates certificates = read("");
        List<Pair> before = certificates.pairs();
        remove("wild.crt", "wild.key");
        put("site.crt", "rubbish");
        assertThat(certificates.read()).isFalse();
        assertThat(warnings()).hasSize(2);
        remove("site.crt", "site.key");
        assertThat(certificates.read()).isFalse();
        assertThat(certificates.problems().get(0)).contains("no certificate in it can be used; those before stay");
        Files.delete(folder);
        assertThat(certificates.read()).isFalse();
        assertThat(warnings()).containsExactly(folder + ": no such folder; the certificates before stay");
        assertThat(certificates.read()).isFalse();
        assertThat(warnings()).isEmpty();
        assertThat(certificates.pairs()).isEqualTo(before);
        assertThat(certificates.choose("site.example.com")).isSameAs(before.get(0));
        Files.createDirectory(folder);
        put("site", site);
        assertThat(certificates.read()).isTrue();
        assertThat(certificates.pairs()).hasSize(1);
        assertThat(certificates.pairs().get(0)).isSameAs(before.get(0));
        assertThat(certificates.problems()).isEmpty();
    }

    @Test
    void thereIsABoundForTheNumberOfPairs() throws IOException {
        for (int i = 0; i < MANY + 20; i++) {
            put("rubbish-%03d.pem".formatted(i), "");
        }
        put("site", site);
        put("wild", wild);
        ServerCertificates certificates = read("site");
        assertThat(certificates.pairs()).extracting(Pair::name).containsExactly("site");
        assertThat(certificates.problems()).hasSize(MANY);
        assertThat(certificates.problems().get(0)).contains("more than 100 certificates");
        assertThat(certificates.problems().get(MANY - 1)).contains("rubbish-098");
        assertThat(warnings()).hasSize(MANY);
        for (int i = 0; i < 30; i++) {
            remove("rubbish-%03d.pem".formatted(i));
        }
        assertThat(certificates.read()).isTrue();
        assertThat(certificates.choose("other.example.com").name()).isEqualTo("wild");
        assertThat(certificates.problems()).hasSize(90);
    }
}
