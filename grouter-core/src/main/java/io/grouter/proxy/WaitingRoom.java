package io.grouter.proxy;

import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Requests that wait because every GoRouter has as much to do as it can take. Bounded; first come, first served on each
 * event loop. Each loop touches its own queue only; the others learn of room by a task.
 */
final class WaitingRoom {
    private final int capacity;
    private final AtomicInteger waiting = new AtomicInteger();
    private final Map<EventLoop, Deque<Waiter>> queues = new ConcurrentHashMap<>();

    /** One that waits. */
    interface Waiter {
        /** Takes room if there is some for it; if not, it keeps its place. */
        boolean takeRoom();

        /** Returns whether any room would do, so that nobody else finds any when this one did not. */
        boolean takesAny();

        /** Goes on with the room it took; it is not in the queue any more. */
        void proceed();
    }

    WaitingRoom(int capacity) {
        this.capacity = capacity;
    }

    int size() {
        return waiting.get();
    }

    /** Lets a request wait; false when there are too many already. */
    boolean add(Waiter waiter, EventLoop loop) {
        if (waiting.incrementAndGet() > capacity) {
            waiting.decrementAndGet();
            return false;
        }
        queues.computeIfAbsent(loop, key -> new ArrayDeque<>()).add(waiter);
        return true;
    }

    /** Lets a request wait no more. */
    void leave(Waiter waiter, EventLoop loop) {
        Deque<Waiter> queue = queues.get(loop);
        if (queue != null && queue.remove(waiter)) {
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

    /**
     * Lets the first one go on that finds room, on its own event loop; to be called after {@link #add}, too, since room
     * that came just before it was told to nobody. Returns false when others should be told of room.
     */
    boolean next(EventLoop loop) {
        Deque<Waiter> queue = queues.get(loop);
        if (queue == null) {
            return false;
        }
        for (Iterator<Waiter> each = queue.iterator(); each.hasNext(); ) {
            Waiter waiter = each.next();
            if (waiter.takeRoom()) {
                each.remove();
                waiting.decrementAndGet();
                waiter.proceed();
                return true;
            }
            if (waiter.takesAny()) {
                return true;
            }
        }
        return false;
    }
}
