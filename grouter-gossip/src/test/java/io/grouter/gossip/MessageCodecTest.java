package io.grouter.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedOutputStream;
import io.grouter.rib.OfferTable;
import io.grouter.route.Alias;
import io.grouter.route.Offer;
import io.grouter.route.OfferChange;
import io.grouter.route.RouteUri;
import io.grouter.route.SiteId;
import io.grouter.route.SiteInfo;
import io.grouter.testing.Seed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class MessageCodecTest {
    private static final SiteId SITE = new SiteId("dc2");
    private static final RouteUri URI = RouteUri.parse("app.test/v1");

    static Stream<Message> messages() {
        SiteInfo info = new SiteInfo(
                "eu",
                List.of(new Alias("apps.test", "dc2.apps.test")),
                80,
                443,
                List.of("192.0.2.1", "2001:db8::1"),
                3,
                true);
        OfferChange put = new OfferChange(URI, new Offer(7, "guid"));
        return Stream.of(
                new Message.Heartbeat(SITE, Long.MAX_VALUE, 2, 3, -4, true, info),
                new Message.Heartbeat(SITE, 1, 0, 0, 0, false, new SiteInfo("", List.of(), 0, 0, List.of(), 0, false)),
                new Message.Announce(SITE, 1, 2, 3, List.of(put, new OfferChange(RouteUri.parse("*.x"), null))),
                new Message.Announce(
                        SITE, 1, 2, 3, List.of(new OfferChange(new RouteUri("", "/odd"), new Offer(1, "")))),
                new Message.DigestRequest(SITE),
                new Message.Digests(SITE, 1, 2, List.of(new Message.BucketDigest(1023, -1))),
                new Message.BucketRequest(SITE, List.of(0, 5, 1023)),
                new Message.Buckets(SITE, 1, 2, List.of(new Message.Bucket(OfferTable.bucketOf(URI), List.of(put)))),
                new Message.Behind(SITE, 9));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void comesBackAsItWas(Message message) {
        assertThat(MessageCodec.decode(MessageCodec.encode(message))).isEqualTo(new MessageCodec.Decoded.Ok(message));
    }

    @ParameterizedTest
    @CsvSource({"App.test, ''", "app.test, /V1", "app.test, v1", "app.test/v1, ''", "app.test, /x?y"})
    void namesThatAreNoKeysAreRefused(String host, String path) {
        OfferChange odd = new OfferChange(new RouteUri(host, path), new Offer(1, ""));
        byte[] message = MessageCodec.encode(new Message.Announce(SITE, 1, 2, 3, List.of(odd)));
        assertThat(MessageCodec.decode(message)).isInstanceOf(MessageCodec.Decoded.Malformed.class);
    }

    @ParameterizedTest
    @MethodSource("messages")
    void everyTruncationAndEveryFlippedBitIsNoticed(Message message) {
        byte[] good = MessageCodec.encode(message);
        for (int length = 0; length < good.length; length++) {
            assertThat(MessageCodec.decode(Arrays.copyOf(good, length)))
                    .isInstanceOf(MessageCodec.Decoded.Malformed.class);
        }
        for (int bit = 0; bit < good.length * 8; bit++) {
            byte[] bad = good.clone();
            bad[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThat(MessageCodec.decode(bad)).isInstanceOf(MessageCodec.Decoded.Malformed.class);
        }
    }

    /** The checksum keeps accidents out; someone who computes it anew still gets no further than the decoder. */
    @Test
    void rubbishUnderARightChecksumNeverThrows() {
        Random random = Seed.random("MessageCodecTest.rubbishUnderARightChecksumNeverThrows");
        List<byte[]> good = messages().map(MessageCodec::encode).toList();
        for (int i = 0; i < 50_000; i++) {
            byte[] bytes = good.get(random.nextInt(good.size())).clone();
            for (int f = 0; f < 3; f++) {
                bytes[6 + random.nextInt(bytes.length - 6)] = (byte) random.nextInt(256);
            }
            assertThat(MessageCodec.decode(seal(bytes))).isNotNull();
        }
    }

    @Test
    void unknownFieldsOfANewerVersionAreSkipped() throws IOException {
        byte[] good = MessageCodec.encode(new Message.Behind(SITE, 9));
        ByteArrayOutputStream more = new ByteArrayOutputStream();
        more.write(good);
        CodedOutputStream out = CodedOutputStream.newInstance(more);
        out.writeString(99, "from the future");
        out.writeFixed64(100, 1);
        out.flush();
        assertThat(MessageCodec.decode(seal(more.toByteArray())))
                .isEqualTo(new MessageCodec.Decoded.Ok(new Message.Behind(SITE, 9)));
    }

    @Test
    void lengthsThatLieAllocateNothing() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(new byte[] {'G', 1, 0, 0, 0, 0});
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.writeInt32(1, 2);
        out.writeTag(2, 2);
        out.writeUInt32NoTag(Integer.MAX_VALUE);
        out.flush();
        assertThat(MessageCodec.decode(seal(bytes.toByteArray())))
                .isEqualTo(new MessageCodec.Decoded.Malformed("content"));
    }

    @Test
    void aRouteInTheWrongBucketIsRefused() {
        int wrong = (OfferTable.bucketOf(URI) + 1) % OfferTable.BUCKETS;
        OfferChange put = new OfferChange(URI, new Offer(1, ""));
        byte[] bytes =
                MessageCodec.encode(new Message.Buckets(SITE, 1, 1, List.of(new Message.Bucket(wrong, List.of(put)))));
        assertThat(MessageCodec.decode(bytes)).isEqualTo(new MessageCodec.Decoded.Malformed("content"));
    }

    private static byte[] seal(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 6, bytes.length - 6);
        ByteBuffer.wrap(bytes).putInt(2, (int) crc.getValue());
        return bytes;
    }
}
