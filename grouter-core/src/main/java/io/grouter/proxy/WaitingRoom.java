package io.grouter.proxy;

import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Requests that wait because every GoRouter has as much to do as it can take. Bounded; first come, first served on each
 * event loop. Each loop touches its own queue only; the others learn of room by a task.
 */
final class WaitingRoom {
    private final int capacity;
    private final AtomicInteger waiting = new AtomicInteger();
    private final Map<EventLoop, Deque<Exchange>> queues = new ConcurrentHashMap<>();

    WaitingRoom(int capacity) {
        this.capacity = capacity;
    }

    int size() {
        return waiting.get();
    }

    /** Lets a request wait; false when there are too many already. */
    boolean add(Exchange exchange, EventLoop loop) {
        if (waiting.incrementAndGet() > capacity) {
            waiting.decrementAndGet();
            return false;
        }
        queues.computeIfAbsent(loop, key -> new ArrayDeque<>()).add(exchange);
        return true;
    }

    /** Lets a request wait no more. */
    void leave(Exchange exchange, EventLoop loop) {
        Deque<Exchange> queue = queues.get(loop);
        if (queue != null && queue.remove(exchange)) {
            waiting.decrementAndGet();
        }
    }

    /** A GoRouter has room for one more; to be called on an event loop. */
    void roomAt(EventLoop loop) {
        if (waiting.get() == 0) {
            return;
        }
        if (next(loop)) {
            return;
        }
        for (EventLoop other : queues.keySet()) {
            if (other != loop) {
                other.execute(() -> next(other));
            }
        }
    }

    /** Lets the first one that still waits go on; false when there is none. */
    private boolean next(EventLoop loop) {
        Deque<Exchange> queue = queues.get(loop);
        if (queue == null) {
            return false;
        }
        for (@Nullable Exchange first = queue.poll(); first != null; first = queue.poll()) {
            waiting.decrementAndGet();
            if (first.proceed()) {
                return true;
            }
        }
        return false;
    }
}
