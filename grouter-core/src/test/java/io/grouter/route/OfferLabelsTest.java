package io.grouter.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grouter.testing.Seed;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OfferLabelsTest {
    private static final String GUID = "7f1ae3c0-5d1f-4c7e-9a39-0123456789ab";
    private static final int[] NO_HINTS = {};

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Arrays.stream(parts).forEach(out::writeBytes);
        return out.toByteArray();
    }

    private static Offer with(byte[] extension) {
        return new Offer(1, GUID, extension);
    }

    private static byte[] pinnedTo(String... regions) {
        return OfferLabels.write(false, null, List.of(regions), NO_HINTS);
    }

    @Test
    void everyCombinationOfLabelsComesBackAsItWas() {
        Random random = Seed.random("OfferLabelsTest");
        for (int i = 0; i < 5000; i++) {
            boolean draining = random.nextBoolean();
            RedirectMode[] modes = RedirectMode.values();
            RedirectMode mode = random.nextBoolean() ? null : modes[random.nextInt(modes.length)];
            List<String> regions = regions(random);
            int[] hints = random.ints(random.nextInt(4) == 0 ? random.nextInt(129) : random.nextInt(3), 1, 65536)
                    .sorted()
                    .toArray();
            String id = random.nextBoolean() ? GUID : random.nextBoolean() ? "" : "no-guid";
            assertSays(new Offer(3, id).labelled(draining, mode, regions, hints), id, draining, mode, regions, hints);
        }
    }

    private static List<String> regions(Random random) {
        List<String> regions = new ArrayList<>();
        for (int i = random.nextInt(3) == 0 ? random.nextInt(17) : 0; i > 0; i--) {
            regions.add("r" + Integer.toString(random.nextInt(1 << 30), 36));
        }
        return regions;
    }

    private static void assertSays(
            Offer offer, String id, boolean draining, @Nullable RedirectMode mode, List<String> regions, int[] hints) {
        assertThat(offer.instances()).isEqualTo(3);
        assertThat(offer.appId()).isEqualTo(id);
        assertThat(offer.hasGuid()).isEqualTo(id.equals(GUID));
        assertThat(offer.draining()).isEqualTo(draining);
        assertThat(offer.redirect()).isEqualTo(mode);
        assertThat(offer.regions()).isEqualTo(regions);
        assertThat(regions).allMatch(offer::allows);
        assertThat(offer.allows("elsewhere")).isEqualTo(regions.isEmpty());
        assertThat(offer.allows("")).isEqualTo(regions.isEmpty());
        assertThat(Arrays.stream(hints)).allMatch(offer::hasSession);
        assertThat(offer.extension().length).isLessThanOrEqualTo(Offer.MAX_EXTENSION);
        Offer again = new Offer(3, id, offer.extension().clone());
        assertThat(again).isEqualTo(offer).hasSameHashCodeAs(offer);
        assertThat(again.digest()).isEqualTo(offer.digest());
        assertThat(again.extension()).isEqualTo(offer.extension());
        // Labels replace each other: what was said before is not said any more.
        assertThat(again.labelled(false, null, List.of(), NO_HINTS)).isEqualTo(new Offer(3, id));
    }

    @Test
    void anOfferHasOnlyTheSessionsItNames() {
        Offer offer = new Offer(1, GUID).labelled(false, null, List.of(), new int[] {5, 0xFFFF});
        assertThat(new TreeSet<>(List.of(1, 4, 5, 6, 0xFF, 0xFF00, 0xFFFE, 0xFFFF))
                        .stream().filter(offer::hasSession))
                .containsExactly(5, 0xFFFF);
        assertThat(offer.hasSession(0)).isFalse();
        Offer one = new Offer(1, GUID).labelled(false, null, List.of(), new int[] {0xFFFF});
        assertThat(one.hasSession(0xFFFF)).isTrue();
        assertThat(one.hasSession(0)).as("none").isFalse();
        assertThat(new Offer(1, GUID).hasSession(0)).isFalse();
    }

    @Test
    void offersThatSayOtherThingsAreNotEqual() {
        List<Offer> offers = List.of(
                new Offer(1, GUID),
                new Offer(2, GUID),
                new Offer(1, ""),
                new Offer(1, GUID).labelled(true, null, List.of(), NO_HINTS),
                new Offer(1, GUID).labelled(false, RedirectMode.AUTO, List.of(), NO_HINTS),
                new Offer(1, GUID).labelled(false, null, List.of("eu"), NO_HINTS),
                new Offer(1, GUID).labelled(false, null, List.of("eu", "us"), NO_HINTS),
                new Offer(1, GUID).labelled(false, null, List.of(), new int[] {1}),
                new Offer(1, GUID).labelled(false, null, List.of(), new int[] {2}),
                new Offer(1, GUID).labelled(false, null, List.of(), new int[] {1, 2}),
                new Offer(1, GUID).labelled(false, null, List.of(), new int[] {1, 2, 3}),
                new Offer(1, "").labelled(false, null, List.of(), new int[] {1}),
                new Offer(1, "").labelled(true, null, List.of(), NO_HINTS));
        assertThat(offers).doesNotHaveDuplicates();
        assertThat(offers.stream().map(Offer::digest)).doesNotHaveDuplicates();
    }

    /** Bytes that only look like one or two hints are carried along as they are. */
    @Test
    void whatTravelsIsNeverChanged() {
        List<byte[]> odd = List.of(
                bytes(0x22, 2, 0, 0),
                bytes(0x22, 2, 0, 7),
                bytes(0x22, 4, 0, 7, 0, 0),
                bytes(0x22, 4, 0, 0, 0, 7),
                bytes(0x22, 4, 0xFF, 0xFF, 0xFF, 0xFF),
                bytes(0x22, 3, 0, 7, 1),
                bytes(0x22, 2, 0, 7, 8, 1),
                bytes(0x22, 0));
        for (byte[] extension : odd) {
            assertThat(with(extension).extension()).isEqualTo(extension);
        }
    }

    @Test
    void fieldsOfNewerVersionsAreSteppedOver() {
        byte[] newer = join(
                bytes(0x28, 0x96, 1), // 5: a varint
                bytes(0x31, 1, 2, 3, 4, 5, 6, 7, 8), // 6: eight bytes
                bytes(0x3D, 1, 2, 3, 4), // 7: four bytes
                bytes(0x42, 3, 'a', 'b', 'c'), // 8: bytes
                bytes(0x82, 1, 1, 'x')); // 16: bytes
        byte[] ours = OfferLabels.write(true, RedirectMode.NEVER, List.of("eu"), new int[] {7});
        for (byte[] each : List.of(join(newer, ours), join(ours, newer))) {
            Offer offer = with(each);
            assertThat(offer.draining()).isTrue();
            assertThat(offer.redirect()).isEqualTo(RedirectMode.NEVER);
            assertThat(offer.regions()).containsExactly("eu");
            assertThat(offer.hasSession(7)).isTrue();
        }
        assertThat(with(newer).regions()).isEmpty();
        assertThat(with(newer).allows("us")).isTrue();
    }

    @Test
    void aModeOfANewerVersionIsNone() {
        assertThat(with(bytes(0x10, 0)).redirect()).isNull();
        assertThat(with(bytes(0x10, 4)).redirect()).isNull();
        assertThat(with(bytes(0x10, 0x81, 1)).redirect()).isNull();
    }

    @Test
    void aPinThatCannotBeReadAllowsNothing() {
        byte[] good = pinnedTo("eu", "us");
        for (int length = 1; length < good.length; length++) {
            assertNowhere(Arrays.copyOf(good, length));
        }
        assertNowhere(bytes(0x1A, 0)); // no region at all
        assertNowhere(bytes(0x1A, 1, ','));
        assertNowhere(bytes(0x1A, 1, '-'));
        assertNowhere(bytes(0x1A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 'e', 'u')); // a length below zero
        assertNowhere(bytes(0x1A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 'e', 'u'));
        assertNowhere(bytes(0x18, 1)); // a number in the place of text
        assertNowhere(join(bytes(8), bytes(0xFF, 0xFF), good)); // what stands before it has no end
        assertNowhere(join(bytes(0x0B), good)); // a type that is not used any more
        assertNowhere(join(bytes(0), good)); // there is no field 0
    }

    private static void assertNowhere(byte[] extension) {
        Offer offer = with(extension);
        assertThat(List.of("eu", "us", "", "-", "asia")).noneMatch(offer::allows);
        assertThat(offer.regions()).isNotEmpty();
    }

    @Test
    void rubbishNeverThrowsAndNeverLoops() {
        Random random = Seed.random("OfferLabelsTest");
        for (int i = 0; i < 200_000; i++) {
            byte[] extension = rubbish(random);
            Offer offer = with(extension);
            boolean free = offer.allows("eu") && offer.allows("us") && offer.allows("");
            assertThat(free).isEqualTo(offer.regions().isEmpty());
            offer.draining();
            offer.redirect();
            offer.hasSession(1 + random.nextInt(65535));
            if (i % 16 == 0) {
                assertThat(offer.extension()).isEqualTo(extension);
                assertThat(new Offer(1, GUID, extension.clone()).digest()).isEqualTo(offer.digest());
            }
        }
    }

    /** Good labels with mistakes, or anything at all. */
    private static byte[] rubbish(Random random) {
        byte[] some;
        if (random.nextInt(4) == 0) {
            some = new byte[random.nextInt(40)];
            random.nextBytes(some);
            return some;
        }
        some = OfferLabels.write(
                random.nextBoolean(), RedirectMode.AUTO, regions(random), new int[] {1 + random.nextInt(9), 20});
        for (int faults = random.nextInt(3); faults > 0; faults--) {
            int at = random.nextInt(some.length);
            switch (random.nextInt(3)) {
                case 0 -> some[at] = (byte) random.nextInt();
                case 1 -> some = Arrays.copyOf(some, Math.max(1, at));
                default -> some[at] ^= (byte) (1 << random.nextInt(8));
            }
        }
        return some;
    }

    @Test
    void moreThanMayTravelIsRefused() {
        assertThat(with(new byte[Offer.MAX_EXTENSION]).extension()).hasSize(Offer.MAX_EXTENSION);
        assertThatThrownBy(() -> with(new byte[Offer.MAX_EXTENSION + 1])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Offer(0, GUID)).isInstanceOf(IllegalArgumentException.class);
        List<String> longest = new ArrayList<>();
        for (int i = 0; i < PolicyRule.MOST_REGIONS; i++) {
            longest.add("r".repeat(31) + Integer.toString(i, 36));
        }
        Offer full = new Offer(1, GUID).labelled(true, RedirectMode.NEVER, longest, new int[1000]);
        assertThat(full.regions()).isEqualTo(longest);
    }

    // ---- tags

    @Test
    void regionsOfATagAreSeparatedByCommasDotsOrSpaces() {
        assertThat(Regions.parse("eu")).containsExactly("eu");
        assertThat(Regions.parse(" eu.us, asia-1 ")).containsExactly("eu", "us", "asia-1");
    }

    @Test
    void aTagWithAMistakeIsNeverNoPin() {
        for (String value : List.of("", " ", ",", "..", "EU", "e_u", "-", "e\u00fc", "-eu", "x".repeat(33))) {
            List<String> regions = Regions.parse(value);
            assertThat(regions).as("\"%s\"", value).isNotEmpty();
            Offer offer = with(pinnedTo(regions.toArray(String[]::new)));
            assertThat(List.of("eu", "us", "", "-")).noneMatch(offer::allows);
        }
        assertThat(with(pinnedTo(Regions.parse("EU,us").toArray(String[]::new))).allows("us"))
                .isTrue();
        assertThat(Regions.parse("a,".repeat(100))).hasSize(PolicyRule.MOST_REGIONS);
    }
}
