package io.grouter.gossip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.CodedOutputStream;
import io.grouter.overrides.OperatorOverride;
import io.grouter.overrides.OverrideEntry;
import io.grouter.rib.OfferTable;
import io.grouter.route.Alias;
import io.grouter.route.Offer;
import io.grouter.route.OfferChange;
import io.grouter.route.RedirectMode;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteHealth;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import io.grouter.testing.Seed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Statements and the frames around them. */
class MessageCodecTest {
    private static final SiteId SITE = new SiteId("dc2");
    private static final SiteId OTHER = new SiteId("dc1");
    private static final RouteUri URI = RouteUri.parse("app.test/v1");
    private static final Message.Head HEAD = new Message.Head(SITE, null, TableId.of(SITE), 9, 0x123456789L);
    private static final Message.Head QUESTION = new Message.Head(OTHER, SITE, TableId.of(SITE), 9, 0);

    static Stream<Message> messages() {
        SiteInfo info = new SiteInfo(
                "eu",
                List.of(new Alias("apps.test", "dc2.apps.test")),
                80,
                443,
                List.of("*.dc2.apps.test", "apps.test"),
                List.of("192.0.2.1", "2001:db8::1"),
                List.of("192.0.2.9:8443", "[2001:db8::9]:8443"),
                new SiteHealth(3, true, 900, 12, 7));
        SiteInfo none = new SiteInfo("", List.of(), 0, 0, List.of(), List.of(), List.of(), SiteHealth.NONE);
        OfferChange put = new OfferChange(URI, new Offer(7, "guid"));
        OfferChange guid = new OfferChange(URI, new Offer(7, "7f1ae3c0-5d1f-4c7e-9a39-0123456789ab"));
        OfferChange more = new OfferChange(URI, new Offer(Integer.MAX_VALUE, "guid", new byte[] {1, 2, 3}));
        return Stream.of(
                new Message.Heartbeat(HEAD, 4, 2, 3, -4, true, Set.of(SITE, OTHER), info),
                new Message.Heartbeat(
                        new Message.Head(SITE, null, new TableId(SITE, -5), Long.MAX_VALUE, -1),
                        1,
                        0,
                        0,
                        0,
                        false,
                        Set.of(),
                        none),
                new Message.Announce(HEAD, 2, List.of(put, guid, more, new OfferChange(RouteUri.parse("*.x"), null))),
                new Message.Announce(HEAD, 0, List.of(new OfferChange(new RouteUri("", "/odd"), new Offer(1, "")))),
                new Message.Pull(QUESTION, 5, 6, true),
                new Message.BucketRequest(QUESTION, 5, List.of(0, 5, 1023)),
                new Message.Buckets(
                        HEAD, 5, 2, List.of(new Message.Bucket(OfferTable.bucketOf(URI), true, List.of(guid)))),
                new Message.Busy(HEAD, 5),
                new Message.Ask(HEAD),
                new Message.Behind(HEAD),
                new Message.Heartbeat(HEAD, 4, 2, 3, -4, true, Set.of(), none, -9),
                new Message.Overrides(HEAD, List.of(siteDrain(), removal())),
                new Message.Announce(HEAD, 2, List.of(guid), 0),
                new Message.Announce(HEAD, 2, List.of(guid), 86_400_000));
    }

    private static OverrideEntry siteDrain() {
        OperatorOverride order =
                new OperatorOverride(OperatorOverride.Kind.DRAIN_SITE, null, null, "bob", "w\u00e4rmer", 1000, 2000);
        return new OverrideEntry(7, -1, order, false, "");
    }

    private static OverrideEntry removal() {
        OperatorOverride order =
                new OperatorOverride(OperatorOverride.Kind.FORCE_ROUTE, URI, OTHER, "bob", "a test", 1000, 2000);
        return new OverrideEntry(1L << 62, 3, order, true, "ann");
    }

    private static Message through(Message message) throws IOException {
        return MessageCodec.decode(MessageCodec.encode(message));
    }

    private static byte[] framed(Message message) {
        Frame.Sealed sealed = new Frame.Sealed(MessageCodec.encode(message), 77, new byte[] {9, 8, 7});
        return new Frame(1, 2, 3, 4, sealed, 5).encode();
    }

    @ParameterizedTest
    @MethodSource("messages")
    void comesBackAsItWas(Message message) throws IOException {
        assertThat(through(message)).isEqualTo(message);
    }

    @Test
    void labelsOfOffersComeBackAsTheyWere() throws IOException {
        Random random = Seed.random("MessageCodecTest.labelsOfOffersComeBackAsTheyWere");
        List<OfferChange> changes = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            String id = random.nextBoolean() ? new UUID(random.nextLong(), i).toString() : "app" + i % 3;
            RedirectMode[] modes = RedirectMode.values();
            int hints = i % 100 == 0 ? 128 : random.nextInt(4);
            Offer offer = new Offer(1 + i, id)
                    .labelled(
                            random.nextInt(4) == 0,
                            random.nextBoolean() ? null : modes[random.nextInt(modes.length)],
                            random.nextBoolean() ? List.of() : List.of("eu", "us-" + i),
                            random.ints(hints, 1, 65536).sorted().toArray());
            changes.add(new OfferChange(RouteUri.parse("app" + i + ".test"), offer));
        }
        Message.Announce back = (Message.Announce) through(new Message.Announce(HEAD, 2, changes));
        assertThat(back.changes()).isEqualTo(changes);
        for (int i = 0; i < changes.size(); i++) {
            Offer sent = Objects.requireNonNull(changes.get(i).offer());
            Offer got = Objects.requireNonNull(back.changes().get(i).offer());
            assertThat(got.digest()).isEqualTo(sent.digest());
            assertThat(got.extension()).isEqualTo(sent.extension());
            assertThat(got.regions()).isEqualTo(sent.regions());
            assertThat(got.draining()).isEqualTo(sent.draining());
            assertThat(got.redirect()).isEqualTo(sent.redirect());
        }
    }

    /** Labels are read when requests are decided: there nothing may throw, whatever a peer has sent. */
    @Test
    void labelsThatMakeNoSenseAreCarriedAlongUnread() throws IOException {
        Random random = Seed.random("MessageCodecTest.labelsThatMakeNoSenseAreCarriedAlongUnread");
        for (int i = 0; i < 2000; i++) {
            byte[] labels = new byte[1 + random.nextInt(40)];
            random.nextBytes(labels);
            OfferChange change = new OfferChange(URI, new Offer(1, "guid", labels));
            Message.Announce back = (Message.Announce) through(new Message.Announce(HEAD, 2, List.of(change)));
            Offer got = Objects.requireNonNull(back.changes().get(0).offer());
            assertThat(got.extension()).isEqualTo(labels);
            assertThat(got).isEqualTo(change.offer());
            assertThat(got.regions().isEmpty()).isEqualTo(got.allows("eu") && got.allows(""));
        }
    }

    @Test
    void digestsComeBackAsTheyWere() throws IOException {
        long[] digests = new long[OfferTable.BUCKETS];
        int[] sizes = new int[OfferTable.BUCKETS];
        digests[1023] = -1;
        sizes[1023] = 5;
        Message.Digests back = (Message.Digests) through(new Message.Digests(HEAD, 1, 2, digests, sizes));
        assertThat(back.digests()).isEqualTo(digests);
        assertThat(back.sizes()).isEqualTo(sizes);
        assertThat(back.query()).isEqualTo(1);
        assertThat(back.sequence()).isEqualTo(2);
    }

    @Test
    void aFrameComesBackAsItWas() {
        byte[] bytes = new Frame(-1, 5, 6, 7, null, 0).encode();
        assertThat(Frame.decode(bytes)).isEqualTo(new Frame.Decoded.Ok(new Frame(-1, 5, 6, 7, null, 0)));
        Frame.Decoded.Ok ok = (Frame.Decoded.Ok) Frame.decode(framed(new Message.Ask(HEAD)));
        Frame.Sealed sealed = Objects.requireNonNull(ok.frame().sealed());
        assertThat(ok.frame().waitedMillis()).isEqualTo(5);
        assertThat(sealed.keyId()).isEqualTo(77);
        assertThat(sealed.signature()).containsExactly(9, 8, 7);
    }

    @ParameterizedTest
    @CsvSource({"App.test, ''", "app.test, /V1", "app.test, v1", "app.test/v1, ''", "app.test, /x?y"})
    void namesThatAreNoKeysAreRefused(String host, String path) {
        OfferChange odd = new OfferChange(new RouteUri(host, path), new Offer(1, ""));
        byte[] message = MessageCodec.encode(new Message.Announce(HEAD, 2, List.of(odd)));
        assertThatThrownBy(() -> MessageCodec.decode(message)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @MethodSource("messages")
    void everyTruncationAndEveryFlippedBitIsNoticed(Message message) {
        byte[] good = framed(message);
        for (int length = 0; length < good.length; length++) {
            assertThat(Frame.decode(Arrays.copyOf(good, length))).isInstanceOf(Frame.Decoded.Malformed.class);
        }
        for (int bit = 0; bit < good.length * 8; bit++) {
            byte[] bad = good.clone();
            bad[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThat(Frame.decode(bad)).isInstanceOf(Frame.Decoded.Malformed.class);
        }
    }

    /** The checksum keeps accidents out; someone who computes it anew still gets no further than the decoder. */
    @Test
    void rubbishUnderARightChecksumNeverThrows() {
        Random random = Seed.random("MessageCodecTest.rubbishUnderARightChecksumNeverThrows");
        List<byte[]> good = messages().map(MessageCodec::encode).toList();
        int messages = 0;
        for (int i = 0; i < 100_000; i++) {
            byte[] bytes = good.get(random.nextInt(good.size())).clone();
            for (int f = 0; f < 3; f++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            try {
                MessageCodec.decode(bytes);
                messages++;
            } catch (IOException | IllegalArgumentException e) {
                assertThat(e).isNotNull(); // the two kinds a caller expects, and no other
            }
        }
        assertThat(messages).isBetween(1_000, 99_000);
    }

    @Test
    void unknownFieldsAndTypesOfANewerVersionAreSkipped() throws IOException {
        Message known = new Message.Behind(HEAD);
        ByteArrayOutputStream more = new ByteArrayOutputStream();
        more.write(MessageCodec.encode(known));
        CodedOutputStream out = CodedOutputStream.newInstance(more);
        out.writeString(99, "from the future");
        out.writeFixed64(100, 1);
        out.flush();
        assertThat(MessageCodec.decode(more.toByteArray())).isEqualTo(known);
        out.writeInt32(1, 50);
        out.flush();
        assertThatThrownBy(() -> MessageCodec.decode(more.toByteArray())).isInstanceOf(MessageCodec.UnknownType.class);
    }

    @Test
    void aFrameOfANewerMinorVersionIsTakenAndOneOfANewerMajorIsNot() {
        byte[] frame = framed(new Message.Ask(HEAD));
        frame[3] = 7;
        assertThat(Frame.decode(seal(frame))).isInstanceOf(Frame.Decoded.Ok.class);
        frame[2] = 2;
        assertThat(Frame.decode(seal(frame))).isEqualTo(new Frame.Decoded.Malformed("version"));
    }

    /** As version 1.0 wrote them. They must be understood for as long as the major version is 1. */
    @ParameterizedTest
    @CsvSource({
        "0, 08011203646332300939896745230100000048044002500359fcffffffffffffff60016a036463316a036463"
                + "3272410a026575121a0a09617070732e74657374120d6463322e617070732e74657374185020bb032a093139"
                + "322e302e322e312a0b323030313a6462383a3a3130033801",
        "1, 0801120364633229fbffffffffffffff30ffffffffffffffff7f39ffffffffffffffff480140005000590000"
                + "0000000000006000720a0a001800200030003800",
        "2, 08021203646332300939896745230100000040027a5608041a26000361707001052e74657374032f76310300"
                + "01032f7631030001032f763100012a02022e780022081c1dfeffffff1f002a107e4c1f5dc0e31a7fab896745"
                + "2301399a320e0467756964046775696403010203",
        "3, 08021203646332300939896745230100000040007a1208011a08000000042f6f6464220104320100",
        "4, 080312036463311a03646332220364633230098001054006880101",
        "5, 080512036463311a0364633222036463323009800105a201040005ff07",
        "6, 0806120364633230093989674523010000008001054002aa012e08011a10000361707001052e74657374032f"
                + "763122011d2a107e4c1f5dc0e31a7fab8967452301399a4083064801",
        "7, 080712036463323009398967452301000000800105",
        "8, 080812036463323009398967452301000000",
        "9, 080912036463323009398967452301000000",
        "10, 08011203646332300939896745230100000048044002500359fcffffffffffffff600172100a0018002000300038"
                + "00500058006000b101f7ffffffffffffff",
        "11, 080a12036463323009398967452301000000ba0121080711ffffffffffffffff18013203626f623a0777c3a4726d"
                + "657240e80748d00fba0141088080808080808080401103000000000000001803220b6170702e746573742f76312a"
                + "036463313203626f623a0661207465737440e80748d00f50015a03616e6e"
    })
    void recordedMessagesOfVersionOneAreUnderstood(int index, String hex) throws IOException {
        Message expected = messages().toList().get(index);
        assertThat(MessageCodec.decode(HexFormat.of().parseHex(hex))).isEqualTo(asThen(expected));
    }

    /** Since then sites say more of themselves. */
    private static Message asThen(Message message) {
        if (!(message instanceof Message.Heartbeat beat)) {
            return message;
        }
        SiteInfo info = beat.info();
        SiteHealth health =
                new SiteHealth(info.health().goRouters(), info.health().draining(), 0, 0, 0);
        SiteInfo then = new SiteInfo(
                info.region(),
                info.aliases(),
                info.httpPort(),
                info.httpsPort(),
                List.of(),
                info.entries(),
                List.of(),
                health);
        return new Message.Heartbeat(
                beat.head(),
                beat.beat(),
                beat.sequence(),
                beat.routes(),
                beat.digest(),
                beat.complete(),
                beat.hears(),
                then,
                beat.overrides());
    }

    /** A newer version may have kinds of overrides that are not known here. */
    @Test
    void anOverrideOfAnUnknownKindIsPassedOver() throws IOException {
        byte[] bytes = MessageCodec.encode(new Message.Overrides(HEAD, List.of(siteDrain(), removal())));
        String hex = HexFormat.of().formatHex(bytes);
        assertThat(hex).containsOnlyOnce("1801");
        Message back = MessageCodec.decode(HexFormat.of().parseHex(hex.replace("1801", "1809")));
        assertThat(((Message.Overrides) back).entries()).containsExactly(removal());
    }

    @Test
    void overridesAreBoundedInNumberAndContent() {
        List<OverrideEntry> many = Collections.nCopies(Message.Overrides.MOST_ENTRIES + 1, siteDrain());
        byte[] tooMany = MessageCodec.encode(new Message.Overrides(HEAD, many));
        assertThatThrownBy(() -> MessageCodec.decode(tooMany)).isInstanceOf(IllegalArgumentException.class);
        byte[] bad = MessageCodec.encode(new Message.Overrides(HEAD, List.of(siteDrain())));
        String hex = HexFormat.of().formatHex(bad);
        // A line end within who gave the order.
        String line = hex.replace("3203626f62", "32036f0a62");
        assertThat(line).isNotEqualTo(hex);
        assertThatThrownBy(() -> MessageCodec.decode(HexFormat.of().parseHex(line)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theLargestOverridesFitIntoAFrame() {
        OperatorOverride order = new OperatorOverride(
                OperatorOverride.Kind.DRAIN_ROUTE,
                RouteUri.parse("\u20ac".repeat(RouteUri.MAX_LENGTH)),
                null,
                "\u20ac".repeat(200),
                "\u20ac".repeat(200),
                1,
                2);
        OverrideEntry entry = new OverrideEntry(Long.MAX_VALUE >> 1, -1, order, true, "\u20ac".repeat(200));
        List<OverrideEntry> most = Collections.nCopies(Message.Overrides.MOST_ENTRIES, entry);
        assertThat(MessageCodec.encode(new Message.Overrides(HEAD, most)).length)
                .isLessThan(Frame.MAX_BYTES - 1_000);
    }

    @Test
    void lengthsThatLieAllocateNothing() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.writeInt32(1, 2);
        out.writeTag(2, 2);
        out.writeUInt32NoTag(Integer.MAX_VALUE);
        out.flush();
        assertThatThrownBy(() -> MessageCodec.decode(bytes.toByteArray())).isInstanceOf(IOException.class);
    }

    @Test
    void aBlockThatClaimsMoreThanItHoldsIsRefused() throws IOException {
        for (int[] lie : new int[][] {{1, 1_000_000}, {2, 100_000_000}, {1, 3}}) {
            ByteArrayOutputStream block = new ByteArrayOutputStream();
            CodedOutputStream inner = CodedOutputStream.newInstance(block);
            RouteBlock.write(inner, List.of(new OfferChange(URI, new Offer(1, ""))));
            inner.writeInt32(lie[0], lie[1]);
            inner.flush();
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            CodedOutputStream out = CodedOutputStream.newInstance(bytes);
            out.writeInt32(1, 2);
            out.writeString(2, "dc2");
            out.writeByteArray(15, block.toByteArray());
            out.flush();
            assertThatThrownBy(() -> MessageCodec.decode(bytes.toByteArray()))
                    .isInstanceOfAny(IOException.class, IllegalArgumentException.class);
        }
    }

    /** A few bytes may stand for long names, because names share their beginnings, and because text is deflated. */
    @Test
    void whatAMessageUnfoldsToIsBounded() {
        List<Message.Bucket> buckets = new ArrayList<>();
        String label = "x".repeat(2_000);
        for (int i = 0; buckets.size() < 100; i++) {
            List<OfferChange> routes = new ArrayList<>();
            OfferChange route = new OfferChange(RouteUri.parse(label + ".a" + i), new Offer(1, ""));
            for (int n = 0; n < 100; n++) {
                routes.add(route);
            }
            buckets.add(new Message.Bucket(OfferTable.bucketOf(route.uri()), true, routes));
        }
        byte[] bytes = MessageCodec.encode(new Message.Buckets(HEAD, 1, 1, buckets));
        assertThat(bytes.length).as("small enough to be taken in").isLessThan(Frame.MAX_BYTES);
        assertThatThrownBy(() -> MessageCodec.decode(bytes)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aRouteInTheWrongBucketIsRefused() {
        int wrong = (OfferTable.bucketOf(URI) + 1) % OfferTable.BUCKETS;
        OfferChange put = new OfferChange(URI, new Offer(1, ""));
        Message.Bucket bucket = new Message.Bucket(wrong, true, List.of(put));
        byte[] bytes = MessageCodec.encode(new Message.Buckets(HEAD, 1, 1, List.of(bucket)));
        assertThatThrownBy(() -> MessageCodec.decode(bytes)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void manyRoutesTakeFewBytesEach() throws IOException {
        Random random = Seed.random("MessageCodecTest.manyRoutesTakeFewBytesEach");
        List<OfferChange> routes = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            UUID id = new UUID(random.nextLong(), random.nextLong());
            String host = "app-" + random.nextInt(1_000_000) + ".apps.example.com";
            routes.add(new OfferChange(RouteUri.parse(host), new Offer(1 + random.nextInt(5), id.toString())));
        }
        Message message = new Message.Announce(HEAD, 0, routes);
        byte[] bytes = MessageCodec.encode(message);
        assertThat(bytes.length / 1_000.0).as("16 of them are the app's id").isLessThan(28);
        assertThat(MessageCodec.decode(bytes)).isEqualTo(message);
    }

    private static byte[] seal(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 2, 2);
        crc.update(bytes, 8, bytes.length - 8);
        ByteBuffer.wrap(bytes).putInt(4, (int) crc.getValue());
        return bytes;
    }
}
