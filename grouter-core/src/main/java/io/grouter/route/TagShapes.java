package io.grouter.route;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tags that endpoints have in common, kept once. A shape is a row of tags in which the values that differ from app
 * to app or from instance to instance are left open: those equal to the app or instance id, and those of a few names.
 * What is left is the same for all endpoints of a space. Bounded; used by one thread.
 */
public final class TagShapes {
    /** Most shapes; tags that would need another one are not kept. Nor are those that would need too many bytes. */
    public static final int MOST = 1 << 16;
    /** Most bytes of one shape. */
    static final int MOST_BYTES = 4096;
    /** Most bytes of all shapes together. */
    static final long MOST_BYTES_IN_ALL = 32L << 20;
    /** Most tags of one endpoint; further ones are not kept. */
    public static final int MOST_TAGS = 64;
    /** The shape of an endpoint without tags. */
    public static final int NONE = 0;

    static final int CONSTANT = 0;
    static final int APP = 1;
    static final int INSTANCE = 2;
    static final int OPEN = 3;

    private static final byte[][] OPEN_NAMES =
            List.of("app_name", "process_id", "process_instance_id", "instance_id", "app_id", "source_id").stream()
                    .map(name -> name.getBytes(StandardCharsets.UTF_8))
                    .toArray(byte[][]::new);

    private final List<byte[]> shapes = new ArrayList<>();
    private int[] table = new int[1 << 8];
    private long bytesInAll;
    private long refused;

    /** Makes the empty set. */
    public TagShapes() {
        shapes.add(new byte[0]);
    }

    /** Returns the number of shapes kept, the one without tags included. */
    public int size() {
        return shapes.size();
    }

    /** Returns how often tags were not kept because there were too many shapes. */
    public long refused() {
        return refused;
    }

    /** Returns whether the value of a tag of this name differs too much to be part of a shape. */
    static boolean isOpen(byte[] name, int from, int to) {
        for (byte[] open : OPEN_NAMES) {
            if (open.length == to - from && Arrays.equals(open, 0, open.length, name, from, to)) {
                return true;
            }
        }
        return false;
    }

    /** Returns the bytes of a shape; not to be changed. */
    public byte[] shape(int id) {
        return shapes.get(id);
    }

    /** Returns the number of a shape, kept from now on; {@link #NONE} when there is no room for another. */
    public int idOf(byte[] bytes, int length) {
        if (length == 0) {
            return NONE;
        }
        int slot = slotOf(table, bytes, length);
        if (table[slot] != 0) {
            return table[slot];
        }
        if (shapes.size() >= MOST || length > MOST_BYTES || bytesInAll + length > MOST_BYTES_IN_ALL) {
            refused++;
            return NONE;
        }
        int id = shapes.size();
        shapes.add(Arrays.copyOf(bytes, length));
        bytesInAll += length;
        table[slot] = id;
        if (2 * shapes.size() > table.length) {
            int[] larger = new int[2 * table.length];
            for (int each = 1; each < shapes.size(); each++) {
                byte[] shape = shapes.get(each);
                larger[slotOf(larger, shape, shape.length)] = each;
            }
            table = larger;
        }
        return id;
    }

    private int slotOf(int[] in, byte[] bytes, int length) {
        int slot = hash(bytes, length) & (in.length - 1);
        while (in[slot] != 0) {
            byte[] shape = shapes.get(in[slot]);
            if (Arrays.equals(shape, 0, shape.length, bytes, 0, length)) {
                return slot;
            }
            slot = (slot + 1) & (in.length - 1);
        }
        return slot;
    }

    private static int hash(byte[] bytes, int length) {
        return (int) (RouteHash.spread(RouteHash.of(bytes, 0, length)) >>> 32);
    }

    /** Returns the tags of an endpoint, reading the open values. */
    Map<String, String> tags(int id, Bytes.Reader open, String appId, String instanceId) {
        Map<String, String> tags = new LinkedHashMap<>();
        byte[] bytes = shapes.get(id);
        Bytes.Reader shape = new Bytes.Reader(bytes, 0, bytes.length);
        while (shape.hasMore()) {
            String name = shape.readText();
            String value = switch (shape.read()) {
                case CONSTANT -> shape.readText();
                case APP -> appId;
                case INSTANCE -> instanceId;
                default -> open.readText();
            };
            tags.put(name, value);
        }
        return tags;
    }
}
