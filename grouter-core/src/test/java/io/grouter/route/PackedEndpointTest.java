package io.grouter.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.grouter.testing.Seed;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PackedEndpointTest {
    private final TagShapes shapes = new TagShapes();
    private final PackedEndpoint packed = new PackedEndpoint(shapes);

    private byte[] row(Endpoint endpoint) {
        return packed.set(endpoint).bytes().toArray();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.1:80",
                "255.255.255.255:65535",
                "0.0.0.0:0",
                ":0",
                "10.0.0.256:80",
                "10.0.0.01:80",
                "10.0.0.1:080",
                "10.0.0.1:65536",
                "10.0.0:80",
                "10.0.0.1.1:80",
                "::1:9000",
                "backend.example.com:443",
                "10.0.0.1",
                ""
            })
    void addressesComeBackAsTheyWere(String address) {
        byte[] row = row(Endpoint.at(address, "app"));
        assertThat(PackedEndpoint.unpack(row, shapes).address()).isEqualTo(address);
        assertThat(row[PackedEndpoint.addressLength(row)]).as("marks").isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00000000-0000-0000-0000-000000000000",
                "0123abcd-4567-89ef-0123-456789abcdef",
                "0123ABCD-4567-89ef-0123-456789abcdef",
                "0123abcd-4567-89ef-0123-456789abcdeg",
                "g123abcd-4567-89ef-0123-456789abcdef",
                "0123abcd_4567-89ef-0123-456789abcdef",
                "0123abcd-4567-89ef-0123-456789abcde",
                "not a guid",
                "\u00e4\u00f6\u00fc",
                ""
            })
    void idsComeBackAsTheyWere(String id) {
        byte[] row = row(new Endpoint("10.0.0.1:80", true, id, id, "0", "", "", "", 0, Map.of()));
        assertThat(PackedEndpoint.unpack(row, shapes).appId()).isEqualTo(id);
        assertThat(PackedEndpoint.unpack(row, shapes).instanceId()).isEqualTo(id);
        assertThat(PackedEndpoint.offer(row, 3)).isEqualTo(new Offer(3, id));
        assertThat(new Offer(3, id).appId()).isEqualTo(id);
        assertThat(new Offer(3, id).digest())
                .isEqualTo(PackedEndpoint.offer(row, 3).digest());
    }

    @Test
    void anEndpointOfDiegoIsShort() {
        String app = UUID.randomUUID().toString();
        String instance = UUID.randomUUID().toString();
        Map<String, String> tags = new LinkedHashMap<>();
        tags.put("app_id", app);
        tags.put("app_name", "some-app");
        tags.put("organization_name", "an organization with a long name");
        tags.put("process_instance_id", instance);
        Endpoint endpoint = new Endpoint("10.1.2.3:61014", true, app, instance, "0", "", "z1", "", 0, tags);
        byte[] row = row(endpoint);
        assertThat(row.length).isLessThan(64);
        assertThat(PackedEndpoint.unpack(row, shapes)).isEqualTo(endpoint);
        assertThat(shapes.size()).as("the empty shape and this one").isEqualTo(2);
    }

    @Test
    void everyEndpointComesBackAsItWas() {
        Random random = Seed.random("PackedEndpointTest.everyEndpointComesBackAsItWas");
        for (int i = 0; i < 20_000; i++) {
            Endpoint endpoint = random(random);
            byte[] row = row(endpoint);
            assertThat(PackedEndpoint.unpack(row, shapes)).isEqualTo(endpoint);
            assertThat(PackedEndpoint.staleThreshold(row)).isEqualTo(endpoint.staleThresholdSeconds());
            Bytes renumbered = new Bytes(16);
            renumbered.add(row, 0, row.length);
            PackedEndpoint.renumber(renumbered, id -> id);
            assertThat(renumbered.toArray()).isEqualTo(row);
            PackedEndpoint.renumber(renumbered, id -> 0);
            assertThat(PackedEndpoint.unpack(renumbered.toArray(), shapes).tags())
                    .isEmpty();
        }
    }

    private static Endpoint random(Random random) {
        String app = random.nextBoolean() ? new UUID(random.nextLong(), random.nextLong()).toString() : text(random);
        String instance = random.nextInt(3) == 0 ? app : text(random);
        Map<String, String> tags = new LinkedHashMap<>();
        String[] names = {"app_name", "process_id", "space", "x", ""};
        for (int i = random.nextInt(4); i > 0; i--) {
            String[] values = {app, instance, text(random), ""};
            tags.put(names[random.nextInt(names.length)], values[random.nextInt(values.length)]);
        }
        return new Endpoint(
                random.nextBoolean() ? "10.0.0." + random.nextInt(300) + ":" + random.nextInt(70_000) : text(random),
                random.nextBoolean(),
                app,
                instance,
                text(random),
                text(random),
                text(random),
                text(random),
                random.nextInt(3) == 0 ? random.nextInt() : 0,
                tags);
    }

    private static String text(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> "";
            case 1 -> "a\u00e9\ud83d\ude00";
            case 2 -> "x".repeat(random.nextInt(300));
            default -> String.valueOf(random.nextInt(100));
        };
    }

    @Test
    void thereIsABoundToTheBytesOfShapes() {
        Bytes shape = new Bytes(16);
        shape.add(new byte[TagShapes.MOST_BYTES + 1], 0, TagShapes.MOST_BYTES + 1);
        assertThat(shapes.idOf(shape.array(), shape.length())).isEqualTo(TagShapes.NONE);
        for (int i = 0; i < 20_000; i++) {
            shape.clear().addLong(i);
            shape.add(new byte[TagShapes.MOST_BYTES - 8], 0, TagShapes.MOST_BYTES - 8);
            shapes.idOf(shape.array(), shape.length());
        }
        assertThat(shapes.size()).isEqualTo(1 + (int) (TagShapes.MOST_BYTES_IN_ALL / TagShapes.MOST_BYTES));
    }

    @Test
    void thereIsABoundToTheShapes() {
        Bytes shape = new Bytes(16);
        for (int i = 0; i < TagShapes.MOST + 10; i++) {
            shape.clear().addText("tag-" + i);
            shape.add(TagShapes.CONSTANT);
            shape.addText("value");
            shapes.idOf(shape.array(), shape.length());
        }
        assertThat(shapes.size()).isEqualTo(TagShapes.MOST);
        assertThat(shapes.refused()).isEqualTo(11);
        assertThat(PackedEndpoint.unpack(
                                row(new Endpoint("a:1", false, "", "", "", "", "", "", 0, Map.of("new", "x"))), shapes)
                        .tags())
                .isEmpty();
    }
}
