package io.grouter.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WaitingRoomTest {
    private final EventLoop loop = new DefaultEventLoop();
    private final WaitingRoom queue = new WaitingRoom(3);
    private final List<String> served = new ArrayList<>();
    private int room;

    @AfterEach
    void stop() {
        loop.shutdownGracefully();
    }

    private WaitingRoom.Waiter waiter(String name, boolean any) {
        return new WaitingRoom.Waiter() {
            @Override
            public boolean takeRoom() {
                return any && room-- > 0;
            }

            @Override
            public boolean takesAny() {
                return any;
            }

            @Override
            public void proceed() {
                served.add(name);
            }
        };
    }

    @Test
    void oneThatFindsNoRoomKeepsItsPlace() {
        assertThat(queue.add(waiter("a", true), loop)).isTrue();
        assertThat(queue.add(waiter("b", true), loop)).isTrue();
        queue.roomAt(loop);
        assertThat(served).isEmpty();
        assertThat(queue.size()).isEqualTo(2);
        for (int i = 0; i < 2; i++) {
            room = 1;
            queue.roomAt(loop);
        }
        assertThat(served).containsExactly("a", "b");
        assertThat(queue.size()).isZero();
    }

    @Test
    void oneThatCannotUseTheRoomHoldsNobodyUp() {
        assertThat(queue.add(waiter("choosy", false), loop)).isTrue();
        assertThat(queue.add(waiter("b", true), loop)).isTrue();
        room = 1;
        queue.roomAt(loop);
        assertThat(served).containsExactly("b");
        assertThat(queue.size()).isEqualTo(1);
    }

    @Test
    void noMoreThanTheCapacityWait() {
        for (int i = 0; i < 3; i++) {
            assertThat(queue.add(waiter("x", true), loop)).isTrue();
        }
        assertThat(queue.add(waiter("y", true), loop)).isFalse();
        assertThat(queue.size()).isEqualTo(3);
    }
}
