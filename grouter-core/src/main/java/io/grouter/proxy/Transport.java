package io.grouter.proxy;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * The event loops of a node and the socket kinds that fit them: Linux's epoll where its native library loads, the JDK's
 * selectors elsewhere.
 *
 * @param name {@code epoll} or {@code nio}
 * @param loops the event loops
 * @param server kind of listening sockets
 * @param client kind of connections
 * @param datagram kind of UDP sockets
 */
public record Transport(
        String name,
        EventLoopGroup loops,
        Class<? extends ServerSocketChannel> server,
        Class<? extends SocketChannel> client,
        Class<? extends DatagramChannel> datagram)
        implements AutoCloseable {

    /**
     * Starts the best event loops this machine has.
     *
     * @param threads number of loops; 0 = one per processor
     */
    public static Transport best(int threads) {
        return Epoll.isAvailable() ? epoll(threads) : nio(threads);
    }

    /** Starts event loops over the JDK's selectors. */
    public static Transport nio(int threads) {
        EventLoopGroup loops =
                new MultiThreadIoEventLoopGroup(count(threads), threadFactory(), NioIoHandler.newFactory());
        return new Transport(
                "nio", loops, NioServerSocketChannel.class, NioSocketChannel.class, NioDatagramChannel.class);
    }

    private static Transport epoll(int threads) {
        EventLoopGroup loops =
                new MultiThreadIoEventLoopGroup(count(threads), threadFactory(), EpollIoHandler.newFactory());
        return new Transport(
                "epoll", loops, EpollServerSocketChannel.class, EpollSocketChannel.class, EpollDatagramChannel.class);
    }

    private static int count(int threads) {
        return threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
    }

    private static DefaultThreadFactory threadFactory() {
        return new DefaultThreadFactory("grouter-loop", true);
    }

    /** Stops the loops and waits for them, at most 5 s. */
    @Override
    public void close() {
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }
}
