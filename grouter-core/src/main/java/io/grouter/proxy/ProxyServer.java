package io.grouter.proxy;

import io.grouter.fib.Fib;
import io.grouter.gorouter.GoRouterPool;
import io.grouter.steering.Steering;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The HTTP/1.1 listeners in front of this site's GoRouters. */
public final class ProxyServer implements AutoCloseable {
    private static final int BACKLOG = 1024;

    private final ProxyConfig config;
    private final Transport transport;
    private final ProxyContext context;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final List<Channel> listeners = new ArrayList<>();

    /**
     * Makes the proxy, not yet listening.
     *
     * @param transport event loops; not closed by the proxy
     * @param fib the latest snapshot; read once per request
     */
    public ProxyServer(
            ProxyConfig config,
            Transport transport,
            Supplier<Fib> fib,
            Steering steering,
            GoRouterPool goRouters,
            PrometheusRegistry registry) {
        this.config = config;
        this.transport = transport;
        ProxyMetrics metrics = new ProxyMetrics(registry, config.maxConnections());
        UpstreamPools upstreams = new UpstreamPools(
                transport, config, metrics, goRouters.members().size());
        this.context = new ProxyContext(config, fib, steering, goRouters, metrics, upstreams);
    }

    /** Starts listening; throws {@link IOException} that names the address when one cannot be used. */
    public void start() throws IOException {
        for (InetSocketAddress address : config.listen()) {
            InetSocketAddress resolved = new InetSocketAddress(address.getHostString(), address.getPort());
            ChannelFuture bound = bootstrap().bind(resolved).awaitUninterruptibly();
            if (!bound.isSuccess()) {
                close();
                throw new IOException(
                        "proxy.listen: cannot listen on " + address.getHostString() + ":" + address.getPort() + ": "
                                + bound.cause().getMessage(),
                        bound.cause());
            }
            listeners.add(bound.channel());
        }
    }

    /** Returns the addresses listened on, with the ports the system chose where the configuration says 0. */
    public List<InetSocketAddress> addresses() {
        return listeners.stream()
                .map(channel -> (InetSocketAddress) channel.localAddress())
                .toList();
    }

    /** Stops listening and closes every connection. */
    @Override
    public void close() {
        listeners.forEach(channel -> channel.close().awaitUninterruptibly());
        listeners.clear();
        connections.close().awaitUninterruptibly();
    }

    private ServerBootstrap bootstrap() {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(transport.loops())
                .channel(transport.server())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childHandler(new Initializer());
        if (config.sharePorts() && transport.name().equals("epoll")) {
            bootstrap.option(UnixChannelOption.SO_REUSEPORT, true);
        } else if (config.sharePorts()) {
            bootstrap.option(NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT), true);
        }
        return bootstrap;
    }

    private final class Initializer extends ChannelInitializer<SocketChannel> {
        @Override
        protected void initChannel(SocketChannel channel) {
            ProxyMetrics metrics = context.metrics();
            if (metrics.connections.incrementAndGet() > config.maxConnections()) {
                metrics.connections.decrementAndGet();
                metrics.connectionsRefused.inc();
                channel.close();
                return;
            }
            channel.closeFuture().addListener(closed -> metrics.connections.decrementAndGet());
            connections.add(channel);
            HttpDecoderConfig decoder = new HttpDecoderConfig()
                    .setMaxInitialLineLength(config.maxRequestLineBytes())
                    .setMaxHeaderSize(config.maxHeaderBytes())
                    .setAllowDuplicateContentLengths(false);
            channel.pipeline().addLast(new HttpServerCodec(decoder)).addLast(new ClientConnection(context, false));
        }
    }
}
