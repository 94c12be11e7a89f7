package io.grouter.route;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A growing row of bytes with the few notations that packed values are made of. Mutable; used by one thread. */
public final class Bytes {
    private byte[] array;
    private int length;

    /** Makes an empty row with room for so many bytes. */
    public Bytes(int capacity) {
        this.array = new byte[Math.max(16, capacity)];
    }

    /** Empties the row; its room stays. */
    public Bytes clear() {
        length = 0;
        return this;
    }

    /** Forgets all bytes behind the first so many. */
    public void truncate(int newLength) {
        length = Math.min(length, newLength);
    }

    /** Returns the number of bytes. */
    public int length() {
        return length;
    }

    /** Returns the bytes themselves, more than {@link #length()} of them; another array after the next write. */
    public byte[] array() {
        return array;
    }

    /** Returns a copy of the bytes. */
    public byte[] toArray() {
        return Arrays.copyOf(array, length);
    }

    /** Changes one byte. */
    public void set(int at, int value) {
        array[at] = (byte) value;
    }

    /** Adds one byte. */
    public void add(int value) {
        room(1);
        array[length++] = (byte) value;
    }

    /** Adds part of an array. */
    public void add(byte[] from, int start, int end) {
        room(end - start);
        System.arraycopy(from, start, array, length, end - start);
        length += end - start;
    }

    /** Adds a number from 0 on, seven bits to a byte, the lowest first. */
    public void addNumber(int value) {
        int rest = value;
        while (rest >>> 7 != 0) {
            add((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        add(rest);
    }

    /** Adds the eight bytes of a number, the highest first. */
    public void addLong(long value) {
        room(8);
        for (int shift = 56; shift >= 0; shift -= 8) {
            array[length++] = (byte) (value >>> shift);
        }
    }

    /** Adds a text behind the number of its bytes in UTF-8. */
    public void addText(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        addText(utf8, 0, utf8.length);
    }

    /** Adds a text, given in UTF-8, behind the number of its bytes. */
    public void addText(byte[] from, int start, int end) {
        addNumber(end - start);
        add(from, start, end);
    }

    /** Adds 16 bytes for a text that is a GUID; false, and nothing added, when it is none. */
    boolean addGuid(byte[] text, int from, int to) {
        room(16);
        boolean guid = Guid.pack(text, from, to - from, array, length);
        length += guid ? 16 : 0;
        return guid;
    }

    private void room(int more) {
        if (array.length - length < more) {
            array = Arrays.copyOf(array, Math.max(length + more, 2 * array.length));
        }
    }

    /**
     * Reads what {@link Bytes} wrote, in the same order. Throws {@link IndexOutOfBoundsException} when there is less
     * than was asked for.
     */
    public static final class Reader {
        private final byte[] array;
        private final int end;
        private int at;

        /** Makes a reader of part of an array. */
        public Reader(byte[] array, int from, int to) {
            this.array = array;
            this.at = from;
            this.end = to;
        }

        /** Returns where the next byte stands in the array. */
        public int at() {
            return at;
        }

        /** Returns whether anything is left. */
        public boolean hasMore() {
            return at < end;
        }

        /** Reads one byte, 0 to 255. */
        public int read() {
            return array[skip(1)] & 0xFF;
        }

        /** Passes over bytes and returns where they began. */
        public int skip(int count) {
            if (count < 0 || count > end - at) {
                throw new IndexOutOfBoundsException(count + " bytes wanted, " + (end - at) + " left");
            }
            int start = at;
            at += count;
            return start;
        }

        /** Reads a number of {@link Bytes#addNumber}. */
        public int readNumber() {
            int value = 0;
            for (int shift = 0; shift < 35; shift += 7) {
                int next = read();
                value |= (next & 0x7F) << shift;
                if (next < 0x80) {
                    return value;
                }
            }
            throw new IndexOutOfBoundsException("a number of more than five bytes");
        }

        /** Reads a number of {@link Bytes#addLong}. */
        public long readLong() {
            long value = 0;
            for (int i = 0; i < 8; i++) {
                value = value << 8 | read();
            }
            return value;
        }

        /** Reads a text of {@link Bytes#addText}. */
        public String readText() {
            int length = readNumber();
            return new String(array, skip(length), length, StandardCharsets.UTF_8);
        }

        /** Reads what {@link Bytes#addText} wrote, as bytes. */
        public byte[] readBytes() {
            int length = readNumber();
            int start = skip(length);
            return Arrays.copyOfRange(array, start, start + length);
        }

        /** Reads a text whose length was written one too high, so that it is never 0. */
        String readTextPlusOne() {
            int length = readNumber() - 1;
            return new String(array, skip(length), length, StandardCharsets.UTF_8);
        }

        String readGuid() {
            return Guid.text(readLong(), readLong());
        }
    }
}
