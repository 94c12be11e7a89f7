package io.grouter.accesslog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class EntryQueueTest {
    private static final int PRODUCERS = 4;
    private static final int EACH = 50_000;

    private static AccessEntry entry(long producer, int number) {
        AccessEntry entry = new AccessEntry();
        entry.startMillis = producer;
        entry.status = number;
        return entry;
    }

    @Test
    void givesBackInOrderAndRefusesWhenFull() {
        EntryQueue queue = new EntryQueue(17);
        assertThat(queue.poll()).isNull();
        int in = 0;
        int out = 0;
        // Around the ring a few times, from every place.
        for (int round = 0; round < 20; round++) {
            while (queue.offer(entry(0, in))) {
                in++;
            }
            assertThat(in - out).isEqualTo(17).isEqualTo(queue.size());
            for (int i = 0; i <= round % 17; i++) {
                assertThat(queue.isEmpty()).isFalse();
                assertThat(queue.poll()).isNotNull().extracting(e -> e.status).isEqualTo(out++);
            }
        }
        while (queue.poll() != null) {
            out++;
        }
        assertThat(out).isEqualTo(in);
        assertThat(queue.isEmpty()).isTrue();
        assertThat(queue.size()).isZero();
    }

    @Test
    @Timeout(60)
    void nothingIsLostWhenThereIsRoom() throws InterruptedException {
        EntryQueue queue = new EntryQueue(PRODUCERS * EACH);
        AtomicInteger refused = new AtomicInteger();
        List<Thread> producers = start(queue, refused);
        int taken = takeInOrder(queue, producers);
        assertThat(refused.get()).isZero();
        assertThat(taken).isEqualTo(PRODUCERS * EACH);
    }

    @Test
    @Timeout(60)
    void whatASmallQueueTakesComesOutOnce() throws InterruptedException {
        EntryQueue queue = new EntryQueue(16);
        AtomicInteger refused = new AtomicInteger();
        List<Thread> producers = start(queue, refused);
        int taken = takeInOrder(queue, producers);
        assertThat(taken + refused.get()).isEqualTo(PRODUCERS * EACH);
    }

    private static List<Thread> start(EntryQueue queue, AtomicInteger refused) {
        CountDownLatch go = new CountDownLatch(PRODUCERS);
        List<Thread> producers = new ArrayList<>();
        for (int p = 0; p < PRODUCERS; p++) {
            int producer = p;
            producers.add(new Thread(() -> {
                go.countDown();
                try {
                    go.await();
                } catch (InterruptedException e) {
                    return;
                }
                for (int i = 0; i < EACH; i++) {
                    if (!queue.offer(entry(producer, i))) {
                        refused.incrementAndGet();
                    }
                }
            }));
        }
        producers.forEach(Thread::start);
        return producers;
    }

    /** Takes all until the producers have ended; what each added comes in its order, so nothing comes twice. */
    private static int takeInOrder(EntryQueue queue, List<Thread> producers) {
        int[] last = new int[PRODUCERS];
        Arrays.fill(last, -1);
        int taken = 0;
        while (true) {
            boolean ended = producers.stream().noneMatch(Thread::isAlive);
            AccessEntry entry = queue.poll();
            if (entry == null) {
                if (ended) {
                    return taken;
                }
                Thread.onSpinWait();
                continue;
            }
            taken++;
            int producer = (int) entry.startMillis;
            assertThat(entry.status).isGreaterThan(last[producer]);
            last[producer] = entry.status;
            assertThat(queue.size()).isBetween(0, queue.capacity());
        }
    }
}
