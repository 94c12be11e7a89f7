package io.grouter.dns;

import io.grouter.fib.Fib;
import io.grouter.report.LimitedLog;
import io.grouter.route.SiteConfig;
import io.grouter.steering.OwnSite;
import io.grouter.steering.Steering;
import io.netty.bootstrap.AbstractBootstrap;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.LengthFieldPrepender;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.Rcode;

/** The listeners of the DNS server, UDP and TCP (RFC 7766). Malformed packets are counted and dropped. */
public final class DnsServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(DnsServer.class);
    private static final int TCP_IDLE_SECONDS = 10;
    private static final int MAX_TCP_MESSAGE = 65_535;
    private static final int LENGTH_BYTES = 2;

    private final DnsConfig config;
    private final EventLoopGroup loops;
    private final Class<? extends DatagramChannel> datagram;
    private final Class<? extends ServerSocketChannel> server;
    private final Answerer answerer;
    private final Counter queries;
    private final Counter malformed;
    private final LimitedLog faults;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final List<Channel> listeners = new ArrayList<>();

    /**
     * Makes the server, not yet listening.
     *
     * @param loops event loops; not closed by the server
     * @param datagram kind of UDP sockets that fits the loops
     * @param server kind of listening TCP sockets that fits the loops
     * @param ownSite what is so in this site besides its routes
     * @param clock monotonic nanoseconds
     */
    public DnsServer(
            DnsConfig config,
            SiteConfig site,
            EventLoopGroup loops,
            Class<? extends DatagramChannel> datagram,
            Class<? extends ServerSocketChannel> server,
            Supplier<Fib> fib,
            Supplier<OwnSite> ownSite,
            Steering steering,
            LongSupplier clock,
            PrometheusRegistry metrics) {
        this.config = config;
        this.loops = loops;
        this.datagram = datagram;
        this.server = server;
        this.answerer = new Answerer(site, config, fib, ownSite, steering);
        this.faults = new LimitedLog(log, Duration.ofMinutes(1), clock);
        this.queries = Counter.builder()
                .name("grouter_dns_queries_total")
                .help("Queries answered, by transport and result code")
                .labelNames("transport", "rcode")
                .register(metrics);
        this.malformed = Counter.builder()
                .name("grouter_dns_malformed_total")
                .help("Packets dropped or refused because they are no query")
                .labelNames("transport")
                .register(metrics);
        malformed.initLabelValues("udp");
        malformed.initLabelValues("tcp");
        GaugeWithCallback.builder()
                .name("grouter_dns_tcp_connections")
                .help("TCP connections now")
                .callback(gauge -> gauge.call(connections.size()))
                .register(metrics);
        GaugeWithCallback.builder()
                .name("grouter_dns_tcp_connections_max")
                .help("Most TCP connections at a time")
                .callback(gauge -> gauge.call(config.maxTcpConnections()))
                .register(metrics);
    }

    /** Starts listening; throws {@link IOException} that names the address when one cannot be used. */
    public void start() throws IOException {
        for (InetSocketAddress address : config.listen()) {
            InetSocketAddress resolved = new InetSocketAddress(address.getHostString(), address.getPort());
            InetSocketAddress tcp = bind(tcp(), resolved);
            // With port 0 in the configuration, UDP takes the port that TCP was given.
            bind(udp(), new InetSocketAddress(resolved.getAddress(), tcp.getPort()));
        }
    }

    private InetSocketAddress bind(AbstractBootstrap<?, ?> bootstrap, InetSocketAddress address) throws IOException {
        ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            close();
            throw new IOException(
                    "dns.listen: cannot listen on " + address.getHostString() + ":" + address.getPort() + ": "
                            + bound.cause().getMessage(),
                    bound.cause());
        }
        listeners.add(bound.channel());
        return (InetSocketAddress) bound.channel().localAddress();
    }

    /** Returns the addresses listened on, each once. */
    public List<InetSocketAddress> addresses() {
        return listeners.stream()
                .map(channel -> (InetSocketAddress) channel.localAddress())
                .distinct()
                .toList();
    }

    /**
     * Returns what a query for addresses would be answered and why, ready to be written as JSON. Any thread.
     *
     * @param host the name, lower case
     * @param type {@code A} or {@code AAAA}
     */
    public Map<String, Object> explain(String host, String type) {
        return answerer.explain(host.endsWith(".") ? host.substring(0, host.length() - 1) : host, type);
    }

    /** Stops listening and closes every connection. */
    @Override
    public void close() {
        listeners.forEach(channel -> channel.close().awaitUninterruptibly());
        listeners.clear();
        connections.close().awaitUninterruptibly();
    }

    private Bootstrap udp() {
        return new Bootstrap().group(loops).channel(datagram).handler(new Udp());
    }

    private ServerBootstrap tcp() {
        return new ServerBootstrap()
                .group(loops)
                .channel(server)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        if (connections.size() >= config.maxTcpConnections()) {
                            channel.close();
                            return;
                        }
                        connections.add(channel);
                        channel.pipeline()
                                .addLast(new ReadTimeoutHandler(TCP_IDLE_SECONDS))
                                .addLast(new LengthFieldBasedFrameDecoder(
                                        MAX_TCP_MESSAGE + LENGTH_BYTES, 0, LENGTH_BYTES, 0, LENGTH_BYTES))
                                .addLast(new LengthFieldPrepender(LENGTH_BYTES))
                                .addLast(new Tcp());
                    }
                });
    }

    /** Answers, counts, and returns what to send, or null when nothing is to be sent. */
    private @Nullable ByteBuf respond(ByteBuf content, String transport, @Nullable SocketAddress peer) {
        Answerer.Answer answer = answerer.answer(ByteBufUtil.getBytes(content), transport.equals("tcp"));
        if (answer == null || answer.rcode() == Rcode.FORMERR) {
            malformed.labelValues(transport).inc();
            faults.warn("DNS client " + host(peer), "sent a packet over " + transport + " that is no query");
        }
        if (answer == null) {
            return null;
        }
        queries.labelValues(transport, Rcode.string(answer.rcode()).toLowerCase(Locale.ROOT))
                .inc();
        return Unpooled.wrappedBuffer(answer.bytes());
    }

    private static String host(@Nullable SocketAddress peer) {
        return peer instanceof InetSocketAddress address ? address.getHostString() : String.valueOf(peer);
    }

    private final class Udp extends SimpleChannelInboundHandler<DatagramPacket> {
        @Override
        protected void channelRead0(ChannelHandlerContext ctx, DatagramPacket packet) {
            ByteBuf answer = respond(packet.content(), "udp", packet.sender());
            if (answer != null) {
                ctx.write(new DatagramPacket(answer, packet.sender()));
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            ctx.flush();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            faults.warn("DNS over UDP", String.valueOf(cause)); // the socket stays: one packet harms no other
        }
    }

    private final class Tcp extends SimpleChannelInboundHandler<ByteBuf> {
        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf message) {
            ByteBuf answer = respond(message, "tcp", ctx.channel().remoteAddress());
            if (answer == null) {
                ctx.close();
            } else {
                ctx.write(answer);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            ctx.flush();
        }

        /** Who does not read the answers is asked nothing more, and cut off by the read timeout. */
        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            ctx.channel().config().setAutoRead(ctx.channel().isWritable());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
