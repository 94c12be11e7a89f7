package io.grouter.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.fib.Fib;
import io.grouter.fib.LearnedOffer;
import io.grouter.fib.RouteEntry;
import io.grouter.fib.SiteView;
import io.grouter.route.Alias;
import io.grouter.route.FeedState;
import io.grouter.route.Freshness;
import io.grouter.route.Offer;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteConfig;
import io.grouter.route.SiteHealth;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import io.grouter.steering.OwnSite;
import io.grouter.steering.Steering;
import io.grouter.testing.Configs;
import io.grouter.testing.Seed;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

class AnswererTest {
    private static final SiteId DC1 = new SiteId("dc1");
    private static final SiteId DC2 = new SiteId("dc2");
    private static final SiteId DC3 = new SiteId("dc3");

    private final SiteConfig site = new SiteConfig(
            DC1, "", List.of(new Alias("apps.test", "dc1.apps.test")), 80, 0, List.of("192.0.2.1", "2001:db8::1"));
    private final DnsConfig config = new DnsConfig(
            true,
            List.of(InetSocketAddress.createUnresolved("127.0.0.1", 0)),
            Duration.ofSeconds(30),
            List.of("ns1.example.com"),
            10);
    private final Answerer answerer =
            new Answerer(site, config, this::fib, () -> OwnSite.idle(1), new Steering(site, Configs.steering(), false));
    private int entriesOfDc2 = 1;

    private Fib fib() {
        List<String> many = IntStream.rangeClosed(1, entriesOfDc2)
                .mapToObj(i -> "198.51.100." + i)
                .toList();
        return Fib.empty(DC1)
                .next()
                .feed(FeedState.LIVE)
                .sites(List.of(view(DC2, many, 1), view(DC3, List.of("203.0.113.1"), 0)))
                .put(route("both.apps.test", 1, DC2))
                .put(route("there.apps.test", 0, DC2, DC3))
                .put(route("*.wild.apps.test", 0, DC2))
                .put(route("unfit.apps.test", 0, DC3))
                .build();
    }

    private static SiteView view(SiteId id, List<String> entries, int healthy) {
        Alias alias = new Alias("apps.test", id + ".apps.test");
        SiteInfo info =
                new SiteInfo("", List.of(alias), 80, 0, List.of(), entries, List.of(), SiteHealth.idle(healthy));
        return new SiteView(id, Freshness.FRESH, info, 1, 1, 1, 1, true, 0, SiteView.Lag.NONE);
    }

    private static RouteEntry route(String uri, int local, SiteId... others) {
        List<LearnedOffer> learned = Arrays.stream(others)
                .map(id -> new LearnedOffer(id, new Offer(1, "")))
                .toList();
        return new RouteEntry(RouteUri.parse(uri), local == 0 ? null : new Offer(local, ""), learned);
    }

    private static Message query(String name, int type) throws IOException {
        return Message.newQuery(Record.newRecord(Name.fromString(name), type, DClass.IN));
    }

    private Message ask(Message query, boolean tcp) throws IOException {
        return new Message(
                Objects.requireNonNull(answerer.answer(query.toWire(), tcp)).bytes());
    }

    private static List<String> answers(Message message) {
        return message.getSection(Section.ANSWER).stream()
                .map(Record::rdataToString)
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "both.apps.test., A, 192.0.2.1 198.51.100.1",
        "BOTH.Apps.Test., A, 192.0.2.1 198.51.100.1",
        "both.apps.test., AAAA, 2001:db8:0:0:0:0:0:1",
        "there.apps.test., A, 198.51.100.1",
        "x.y.wild.apps.test., A, 198.51.100.1",
        "both.dc1.apps.test., A, 192.0.2.1",
        "both.dc2.apps.test., A, 198.51.100.1",
        "both.dc3.apps.test., A, 203.0.113.1",
        "nobody.apps.test., A, 192.0.2.1",
        "unfit.apps.test., A, 192.0.2.1",
        "apps.test., A, 192.0.2.1",
        "apps.test., NS, ns1.example.com.",
    })
    void sendsClientsToTheSitesThatHaveTheName(String name, String type, String expected) throws IOException {
        Message answer = ask(query(name, Type.value(type)), false);
        assertThat(answer.getRcode()).isEqualTo(Rcode.NOERROR);
        assertThat(answer.getHeader().getFlag(Flags.AA)).isTrue();
        assertThat(answers(answer)).containsExactlyInAnyOrder(expected.split(" "));
        assertThat(answer.getSection(Section.ANSWER)).allMatch(record -> record.getTTL() == 30);
    }

    /** What is said about a query is what would be answered. */
    @ParameterizedTest
    @CsvSource({
        "both.apps.test, local, dc1, 192.0.2.1",
        "there.apps.test, learned, dc2, 198.51.100.1",
        "x.wild.apps.test, learned, dc2, 198.51.100.1",
        "nobody.apps.test, unknown, '', 192.0.2.1",
        "unfit.apps.test, unknown, '', 192.0.2.1",
        "shop.dc3.apps.test, alias, dc3, 203.0.113.1",
    })
    void anAnswerIsExplained(String host, String reason, String sites, String address) throws IOException {
        Map<String, Object> explained = answerer.explain(host, "A");
        assertThat(explained)
                .containsEntry("reason", reason)
                .containsEntry("zone", "apps.test")
                .containsEntry("rcode", "NOERROR");
        assertThat(String.valueOf(explained.get("sites"))).contains(sites);
        Message answer = ask(query(host + ".", Type.A), true);
        List<String> said = answer.getSection(Section.ANSWER).stream()
                .map(Record::rdataToString)
                .toList();
        for (String each : said) {
            assertThat(String.valueOf(explained.get("answers"))).contains(each);
        }
        assertThat(said).contains(address);
        assertThat(String.valueOf(answerer.explain(host, "AAAA").get("answers")))
                .doesNotContain(address);
    }

    @Test
    void aForeignNameIsExplained() {
        Map<String, Object> explained = answerer.explain("www.example.org", "A");
        assertThat(explained)
                .containsEntry("decision", "refuse")
                .containsEntry("rcode", "REFUSED")
                .containsEntry("zone", null);
        assertThat((List<?>) explained.get("answers")).isEmpty();
    }

    @Test
    void otherTypesAreEmptyWithAShortNegativeLife() throws IOException {
        for (int type : new int[] {Type.TXT, Type.MX, Type.AAAA}) {
            Message answer = ask(query("there.apps.test.", type), false);
            assertThat(answer.getRcode()).isEqualTo(Rcode.NOERROR);
            assertThat(answers(answer)).isEmpty();
            assertThat(answer.getSection(Section.AUTHORITY)).singleElement().satisfies(soa -> {
                assertThat(soa.getType()).isEqualTo(Type.SOA);
                assertThat(soa.getTTL()).isEqualTo(5);
            });
        }
    }

    @Test
    void whatIsOutsideIsRefused() throws IOException {
        for (String name : List.of("example.com.", "test.", "xapps.test.", ".")) {
            Message answer = ask(query(name, Type.A), false);
            assertThat(answer.getRcode()).isEqualTo(Rcode.REFUSED);
            assertThat(answers(answer)).isEmpty();
        }
        assertThat(ask(query("apps.test.", Type.AXFR), true).getRcode()).isEqualTo(Rcode.REFUSED);
        Record chaos = Record.newRecord(Name.fromString("version.bind."), Type.TXT, DClass.CH);
        assertThat(ask(Message.newQuery(chaos), false).getRcode()).isEqualTo(Rcode.REFUSED);
    }

    @Test
    void otherOperationsAreNotImplemented() throws IOException {
        Message update = query("apps.test.", Type.SOA);
        update.getHeader().setOpcode(Opcode.UPDATE);
        assertThat(ask(update, false).getRcode()).isEqualTo(Rcode.NOTIMP);
    }

    @Test
    void speaksEdnsVersionZeroOnly() throws IOException {
        Message plain = query("both.apps.test.", Type.A);
        assertThat(ask(plain, false).getOPT()).isNull();
        plain.addRecord(new OPTRecord(4096, 0, 0), Section.ADDITIONAL);
        assertThat(ask(plain, false).getOPT().getPayloadSize()).isEqualTo(1232);
        Message newer = query("both.apps.test.", Type.A);
        newer.addRecord(new OPTRecord(4096, 0, 1), Section.ADDITIONAL);
        assertThat(ask(newer, false).getRcode()).isEqualTo(Rcode.BADVERS);
    }

    @Test
    void longAnswersAreCutOverUdpAndWholeOverTcp() throws IOException {
        entriesOfDc2 = 60;
        Message query = query("there.apps.test.", Type.A);
        byte[] cut =
                Objects.requireNonNull(answerer.answer(query.toWire(), false)).bytes();
        assertThat(cut.length).isLessThanOrEqualTo(512);
        assertThat(new Message(cut).getHeader().getFlag(Flags.TC)).isTrue();
        query.addRecord(new OPTRecord(4096, 0, 0), Section.ADDITIONAL);
        assertThat(ask(query, false).getHeader().getFlag(Flags.TC)).isFalse();
        assertThat(answers(ask(query("there.apps.test.", Type.A), true))).hasSize(60);
    }

    @Test
    void answersAreNotAnswered() throws IOException {
        Message answer = query("both.apps.test.", Type.A);
        answer.getHeader().setFlag(Flags.QR);
        assertThat(answerer.answer(answer.toWire(), false)).isNull();
        assertThat(answerer.answer(new byte[11], false)).isNull();
    }

    @Test
    void rubbishNeverThrows() throws IOException {
        Random random = Seed.random("AnswererTest.rubbishNeverThrows");
        byte[] good = query("both.apps.test.", Type.A).toWire();
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = Arrays.copyOf(good, random.nextInt(good.length + 20));
            for (int f = 0; f < 4 && bytes.length > 2; f++) {
                bytes[2 + random.nextInt(bytes.length - 2)] = (byte) random.nextInt(256);
            }
            Answerer.Answer answer = answerer.answer(bytes, random.nextBoolean());
            assertThat(answer == null || answer.bytes().length >= 12).isTrue();
        }
    }
}
