package io.grouter.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grouter.route.Alias;
import io.grouter.route.SiteId;
import java.lang.reflect.RecordComponent;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigLoaderTest {
    private static final String MINIMAL = """
            site: {name: dc1}
            nats: {servers: ["nats://10.0.0.1:4222"]}
            goRouters: {members: [{address: 10.0.0.2:80, status: 10.0.0.2:8080}]}
            """;

    private static List<String> problems(String text) {
        try {
            ConfigLoader.parse("f.yaml", text);
            return List.of();
        } catch (ConfigException e) {
            return e.problems();
        }
    }

    private static int line(String problem) {
        return Integer.parseInt(problem.split(":", 3)[1]);
    }

    @Test
    void threeKeysAreEnough() throws ConfigException {
        Config config = ConfigLoader.parse("f.yaml", MINIMAL);
        assertThat(config.site().name()).isEqualTo(new SiteId("dc1"));
        assertThat(config.proxy().idleTimeout()).isEqualTo(Duration.ofSeconds(90));
        assertThat(config.dns().enabled()).isFalse();
        assertThat(config.admin().listen()).isEqualTo(InetSocketAddress.createUnresolved("127.0.0.1", 8081));
    }

    @Test
    void valuesReplaceDefaults() throws ConfigException {
        Config config = ConfigLoader.parse(
                "f.yaml",
                MINIMAL.replace(
                                "{name: dc1}",
                                "{name: dc1, aliases: [{appDomain: Apps.test, aliasDomain: dc1.apps.test}]}")
                        + "proxy: {listen: [127.0.0.1:1, \"[::1]:2\"], decisionHeaders: true, idleTimeout: 500ms}\n"
                        + "gossip:\n");
        assertThat(config.site().aliases()).containsExactly(new Alias("apps.test", "dc1.apps.test"));
        assertThat(config.proxy().listen())
                .containsExactly(
                        InetSocketAddress.createUnresolved("127.0.0.1", 1),
                        InetSocketAddress.createUnresolved("::1", 2));
        assertThat(config.proxy().idleTimeout()).isEqualTo(Duration.ofMillis(500));
        assertThat(config.gossip().heartbeat()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void theReferenceItselfIsAConfiguration() throws ConfigException {
        assertThat(ConfigLoader.parse("reference.yaml", ConfigLoader.referenceText())
                        .site()
                        .name()
                        .name())
                .isEqualTo("dc1");
    }

    @Test
    void allProblemsAreReportedTogetherWithTheirPlaces() {
        assertThat(problems("""
                        site:
                          nme: dc1
                        nats:
                          servers: nats://10.0.0.1:4222
                          pingInterval: fast
                        goRouters:
                          members:
                            - {address: 10.0.0.2, status: 10.0.0.2:8080, weight: 1}
                            - {address: 10.0.0.2:80}
                        proxy:
                          idleTimout: 3s
                          maxConnections: 0
                          sharePorts: yes
                          responseTimeout: 0s
                        gosip: {}
                        admin: 8081
                        """))
                .isSortedAccordingTo(Comparator.comparingInt(ConfigLoaderTest::line))
                .containsExactlyInAnyOrder(
                        "f.yaml:2:3: site.nme: unknown key (did you mean name?)",
                        "f.yaml:2:3: site.name: is missing and has no default",
                        "f.yaml:4:12: nats.servers: is not a list (expected: [a, b] or lines that start with -)",
                        "f.yaml:5:17: nats.pingInterval: \"fast\" is not allowed here (expected: a duration such as 500ms,"
                                + " 20s, 2m, 12h)",
                        "f.yaml:8:17: goRouters.members[0].address: \"10.0.0.2\" is not allowed here (expected: host:port"
                                + " or [ipv6]:port): no port",
                        "f.yaml:8:50: goRouters.members[0].weight: unknown key (allowed: address, status)",
                        "f.yaml:9:7: goRouters.members[1].status: is missing and has no default",
                        "f.yaml:11:3: proxy.idleTimout: unknown key (did you mean idleTimeout?)",
                        "f.yaml:12:19: proxy.maxConnections: 0 (expected: >= 1)",
                        "f.yaml:14:20: proxy.responseTimeout: PT0S (expected: > 0)",
                        "f.yaml:13:15: proxy.sharePorts: \"yes\" is not allowed here (expected: true or false)",
                        "f.yaml:15:1: gosip: unknown key (did you mean gossip?)",
                        "f.yaml:16:8: admin: is not a section (expected: keys and values)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "proxy: {maxConnections: 0}      | f.yaml:4:25: proxy.maxConnections: 0 (expected: >= 1)",
                "proxy: {idleTimeout: 0s}        | f.yaml:4:22: proxy.idleTimeout: PT0S (expected: > 0)",
                "gossip: {suspectAfter: 1s}      | f.yaml:4:24: gossip.suspectAfter: PT1S (expected: more than heartbeat, which is PT1S)",
                "rib: {queueCapacity: -5}        | f.yaml:4:22: rib.queueCapacity: -5 (expected: >= 1)",
                "dns: {ttl: 2d}                  | f.yaml:4:12: dns.ttl: PT48H (expected: 1s to 1d)",
                "dns: {enabled: true, listen: []} | f.yaml:4:30: dns.listen: empty (expected: at least one host:port)",
            })
    void impossibleValuesSayWhatIsPossible(String line, String problem) {
        assertThat(problems(MINIMAL + line)).containsExactly(problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"site: [", "\t", "a: b: c", "site: {name: dc1", "- a", "just words", "&a [*a]", "site: *x"})
    void whatIsNoYamlMappingIsOneProblemWithItsPlace(String text) {
        assertThat(problems(text)).isNotEmpty().allMatch(problem -> problem.startsWith("f.yaml"));
    }

    @Test
    void emptyFilesSayWhatIsMissing() {
        assertThat(problems("")).hasSize(3).allMatch(problem -> problem.contains("is missing and has no default"));
        assertThat(problems("# nothing\n")).hasSize(3);
    }

    @Test
    void aKeyThatIsThereTwiceIsAProblem() {
        assertThat(problems(MINIMAL + "site: {name: dc2}\n"))
                .containsExactly("f.yaml:4:1: site: is there twice (first at f.yaml:1:1)");
    }

    @Test
    void beyondLoopbackGossipNeedsKeysAndCertificates() throws ConfigException {
        assertThat(problems(MINIMAL + "gossip: {wan: 10.0.0.2:7900}\n"))
                .singleElement()
                .asString()
                .contains("gossip.signingKey: is missing", "grouter keygen", "gossip.insecure: true");
        assertThat(problems(MINIMAL + "gossip: {wan: 10.0.0.2:7900, insecure: true}\n"))
                .isEmpty();
        assertThat(problems(MINIMAL + "gossip: {wan: 10.0.0.2:7900, enabled: false}\n"))
                .isEmpty();
        assertThat(problems(MINIMAL + "gossip: {tls: {ca: a.pem}}\n"))
                .containsExactly(
                        "f.yaml:4:15: gossip.tls.certificate: is missing (expected: a file, as there are others)");
        assertThat(problems(MINIMAL + "gossip: {sites: [{name: dc2, keys: [abc]}], insecure: true}\n"))
                .singleElement()
                .asString()
                .contains("keys: is no key (expected: 44 characters of base64");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "listen: 0.0.0.0:8081 | f.yaml:4:17: admin.listen: \"0.0.0.0:8081\" is not a loopback address (expected"
                        + " beside it: admin.tls with certificate and key; and admin.tokens, as grouter token --name NAME"
                        + " --role operate prints them, or admin.tls.clientCa with admin.tls.clients; or, where nobody else"
                        + " can reach it, admin.insecure: true)",
                "listen: '127.evil.example:8081', tls: {certificate: c, key: k} | f.yaml:4:17: admin.listen:"
                        + " \"127.evil.example:8081\" is not a loopback address (expected beside it: admin.tokens, as"
                        + " grouter token --name NAME --role operate prints them, or admin.tls.clientCa with"
                        + " admin.tls.clients; or, where nobody else can reach it, admin.insecure: true)",
                "listen: '[::]:8081', tokens: [TOKEN] | f.yaml:4:17: admin.listen: \"[::]:8081\" is not a loopback address"
                        + " (expected beside it: admin.tls with certificate and key; or, where nobody else can reach it,"
                        + " admin.insecure: true)",
                "tls: {certificate: c} | f.yaml:4:14: admin.tls.key: is missing (expected: a file, as there is a certificate)",
                "tls: {clientCa: c} | f.yaml:4:25: admin.tls.clientCa: needs TLS (expected"
                        + " beside it: certificate and key)",
                "tls: {certificate: c, key: k, clientCa: c} | f.yaml:4:49: admin.tls.clientCa: gives nobody a role without"
                        + " clients (expected beside it: [{name: NAME, role: read}])",
                "tls: {certificate: c, key: k, clients: [{name: a, role: read}]} | f.yaml:4:48: admin.tls.clients: needs"
                        + " clientCa (expected beside it: a file with the CAs of their certificates)",
                "tokens: [{name: ann, role: none, hash: HASH}] | f.yaml:4:36: admin.tokens[0].role: \"none\" (expected: read,"
                        + " operate)",
                "tokens: [{name: ann, role: read, hash: secret}] | f.yaml:4:48: admin.tokens[0].hash: is none of a token"
                        + " (expected: \"sha256:\" and 64 hexadecimal digits, as grouter token --name ann --role read prints"
                        + " it)",
                "tokens: [{name: 'a b', role: read, hash: HASH}] | f.yaml:4:25: admin.tokens[0].name: \"a b\" (expected: 1"
                        + " to 64 of letters, digits and . _ @ -)",
                "tokens: [TOKEN, TOKEN] | f.yaml:4:17: admin.tokens: a name is there twice (expected: a name of its own for"
                        + " each)",
                "hosts: ['http://x'] | f.yaml:4:16: admin.hosts: \"http://x\" (expected: host names without a port)",
            })
    void whatTheAdminApiNeedsBeyondLoopbackIsSaid(String admin, String problem) {
        String hash = "\"sha256:" + "0".repeat(64) + "\"";
        String text =
                admin.replace("TOKEN", "{name: ann, role: read, hash: HASH}").replace("HASH", hash);
        assertThat(problems(MINIMAL + "admin: {" + text + "}\n")).containsExactly(problem);
    }

    @Test
    void theAdminApiMayListenAnywhereWithTlsAndTokensOrCertificates() {
        String tls = "listen: 0.0.0.0:8081, tls: {certificate: c, key: k";
        assertThat(problems(MINIMAL + "admin: {" + tls + "}, tokens: [{name: ann, role: read, hash: \"sha256:"
                        + "0".repeat(64) + "\"}]}\n"))
                .isEmpty();
        assertThat(problems(MINIMAL + "admin: {" + tls + ", clientCa: c, clients: [{name: a, role: read}]}}\n"))
                .isEmpty();
        assertThat(problems(MINIMAL + "admin: {listen: 0.0.0.0:8081, insecure: true}\n"))
                .isEmpty();
        assertThat(problems(MINIMAL + "admin: {listen: \"[::1]:8081\"}\n")).isEmpty();
    }

    @Test
    void whatIsWrongWithTheAdminApiIsReportedTogether() {
        assertThat(problems(MINIMAL + "admin: {listen: 0.0.0.0:8081, tls: {key: k}, hosts: [\"a b\"],"
                        + " tokens: [{name: ann, role: write, hash: x}]}\n"))
                .hasSize(4)
                .anyMatch(each -> each.contains("admin.listen:"))
                .anyMatch(each -> each.contains("admin.tls.certificate: is missing"))
                .anyMatch(each -> each.contains("admin.hosts:"))
                .anyMatch(each -> each.contains("admin.tokens[0].role: \"write\""));
    }

    @Test
    void aMissingFileIsAProblem() {
        assertThatThrownBy(() -> ConfigLoader.load(Path.of("no-such-file.yaml")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("no-such-file.yaml");
    }

    /** The reference has a key for every component of every record, and no other. */
    @Test
    void theReferenceIsComplete() {
        Set<String> components = new TreeSet<>();
        Set<String> keys = new TreeSet<>();
        for (RecordComponent section : Config.class.getRecordComponents()) {
            Arrays.stream(section.getType().getRecordComponents())
                    .forEach(component -> components.add(section.getName() + "." + component.getName()));
        }
        ConfigLoader.reference()
                .entries()
                .forEach((section, tree) ->
                        ((ConfigTree.Section) tree).entries().keySet().forEach(key -> keys.add(section + "." + key)));
        assertThat(keys).isEqualTo(components);
    }

    @Test
    void whatIsWrongInASectionHidesNothingBesideIt() {
        String text = MINIMAL + "proxy: {maxHeaders: 3, trustedNetworks: [10.0.0.0/33],"
                + " tls: {listen: [\"127.0.0.1:443\"], xfcc: forwards}}\n";
        assertThatThrownBy(() -> ConfigLoader.parse("f.yaml", text))
                .isInstanceOfSatisfying(
                        ConfigException.class,
                        problems -> assertThat(problems.problems())
                                .hasSize(4)
                                .anyMatch(each -> each.contains("proxy.maxHeaders: 3"))
                                .anyMatch(each -> each.contains("proxy.trustedNetworks: \"10.0.0.0/33\""))
                                .anyMatch(each -> each.contains("proxy.tls.certificates: missing"))
                                .anyMatch(each -> each.contains("always-forward, forward, sanitize-set")));
    }

    @Test
    void theViewOfTheConfigurationIsWhatTheFileSays() throws ConfigException {
        Config config = ConfigLoader.parse(
                "f.yaml",
                MINIMAL.replace("nats: {", "nats: {user: u, password: secret, ") + "proxy: {idleTimeout: 1500ms}\n");
        Map<String, Object> view = ConfigView.of(config);
        assertThat(view.keySet())
                .containsExactlyElementsOf(ConfigLoader.reference().entries().keySet());
        assertThat(view.toString())
                .contains("idleTimeout=1500ms", "password=***", "xfcc=always-forward", "name=dc1")
                .doesNotContain("secret");
    }

    @Test
    void everyKeyOfTheReferenceIsExplained() {
        assertThat(ConfigLoader.referenceText().lines().filter(line -> line.matches(" {2,4}\\w+:.*")))
                .allMatch(line -> line.contains("# "));
    }
}
