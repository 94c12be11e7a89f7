package io.grouter.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grouter.testing.RawHttp;
import io.grouter.testing.TestBackend;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The proxy with real sockets on both sides; buffers are watched for leaks. */
@Timeout(60)
class ProxyIT extends ProxyWorld {
    // ---- forwarding

    @Test
    void forwardsOverKeptConnectionsOnBothSides() throws Exception {
        TestBackend goRouter = echoHeads();
        RawHttp client = connect(start(goRouter.port()));
        for (int i = 0; i < 5; i++) {
            client.send("GET /a//b/%2F?x=" + i
                    + " HTTP/1.1\nHost: here.apps.test:99\nUser-Agent: t\nX-Two: 1\nX-Two: 2\n\n");
            String answer = client.readAnswer();
            assertThat(answer)
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .contains("X-Grouter-Site: dc1\r\n", "X-Grouter-Reason: local\r\n", "X-Vcap-Request-Id: 1\r\n");
            assertThat(nextReceived())
                    .startsWith("GET /a//b/%2F?x=" + i + " HTTP/1.1\r\n")
                    .contains("Host: here.apps.test:99\r\n", "X-Two: 1\r\nX-Two: 2\r\n")
                    .contains("X-Forwarded-For: 127.0.0.1\r\n", "X-Forwarded-Proto: http\r\n")
                    .contains("X-Forwarded-Host: here.apps.test:99\r\n")
                    .doesNotContain("Connection:");
        }
        assertThat(goRouter.connections()).isEqualTo(1);
    }

    /** Where the native transport does not load, as on other systems than Linux. */
    @Test
    void forwardsOverTheJdksSelectorsToo() throws Exception {
        nio = true;
        TestBackend goRouter = echoHeads();
        RawHttp client = connect(start(goRouter.port()));
        for (int i = 0; i < 3; i++) {
            client.send("POST /" + i + " HTTP/1.1\nHost: here.apps.test\nContent-Length: 3\n\nabc");
            assertThat(client.readAnswer()).contains("POST /" + i);
        }
        assertThat(goRouter.connections()).isEqualTo(1);
    }

    @Test
    void addsToForwardedHeadersAndDropsHopByHopOnes() throws Exception {
        RawHttp client = connect(start(echoHeads().port()));
        client.send("GET / HTTP/1.1\nHost: here.apps.test\nX-Forwarded-For: 192.0.2.1\nX-Forwarded-For: 192.0.2.2\n"
                + "X-Forwarded-Proto: https\nX-Forwarded-Host: orig.test\nConnection: keep-alive, X-Private, X-Forwarded-For\n"
                + "X-Private: 1\nKeep-Alive: 5\nTE: trailers, deflate\nUpgrade: h2c\nHTTP2-Settings: AAA\n\n");
        client.readAnswer();
        assertThat(nextReceived())
                .contains("X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 192.0.2.2, 127.0.0.1\r\n")
                .contains("X-Forwarded-Proto: https\r\n", "X-Forwarded-Host: orig.test\r\n", "TE: trailers\r\n")
                .doesNotContain("X-Private", "Keep-Alive", "Upgrade", "HTTP2-Settings", "Connection");
    }

    @Test
    void whatTellsOfClientsIsBelievedFromTrustedNetworksOnly() throws Exception {
        settings.trustedNetworks = List.of("192.0.2.0/24");
        RawHttp client = connect(start(echoHeads().port()));
        client.send("GET / HTTP/1.1\nHost: here.apps.test\nForwarded: for=192.0.2.1\nX-Forwarded-Prefix: /a\n"
                + "x-forwarded-for: 192.0.2.1\nForwarded-By: b\n\n");
        client.readAnswer();
        assertThat(nextReceived())
                .contains("X-Forwarded-For: 127.0.0.1\r\n", "Forwarded-By: b\r\n")
                .doesNotContain("192.0.2.1", "X-Forwarded-Prefix");
    }

    @Test
    void anAnswerWithoutLengthThatIsResetIsNotWhole() throws Exception {
        TestBackend goRouter = backend(socket -> {
            readHead(socket.getInputStream());
            write(socket, "HTTP/1.1 200 OK\nConnection: close\n\n", "half");
            received.add("sent");
            try {
                Thread.sleep(300);
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            socket.setSoLinger(true, 0);
        });
        RawHttp client = connect(start(goRouter.port()));
        client.send("GET / HTTP/1.1\nHost: here.apps.test\n\n");
        assertThat(client.readAll()).contains("4\r\nhalf\r\n").doesNotEndWith("0\r\n\r\n");
    }

    @Test
    void answersThatBreakOffDoNotMakeAGoRouterUnusable() throws Exception {
        TestBackend goRouter = backend(socket -> {
            readHead(socket.getInputStream());
            write(socket, "HTTP/1.1 200 OK\nContent-Length: 10\n\n", "abc");
        });
        int port = start(goRouter.port());
        for (int i = 0; i < 8; i++) {
            try (RawHttp client = new RawHttp(port)) {
                client.send("GET / HTTP/1.1\nHost: here.apps.test\n\n");
                assertThat(client.readAll()).endsWith("abc");
            }
        }
        assertThat(pool().healthy()).isEqualTo(1);
    }

    /** What began to be answered was processed. */
    @Test
    void aRequestWhoseAnswerHasBegunIsNotRepeated() throws Exception {
        TestBackend goRouter = backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            received.add(readHead(in));
            write(socket, "HTTP/1.1 200 OK\nContent-Length: 2\n\n", "ok");
            received.add(readHead(in));
            write(socket, "HTTP/1.1 2", "");
        });
        RawHttp client = connect(start(goRouter.port()));
        client.send("GET /1 HTTP/1.1\nHost: here.apps.test\n\n");
        client.readAnswer();
        client.send("GET /2 HTTP/1.1\nHost: here.apps.test\n\n");
        assertThat(client.readAnswer()).startsWith("HTTP/1.1 502");
        assertThat(received).hasSize(2);
    }

    @Test
    void rawBytesInATargetArriveAsTheyAre() throws Exception {
        RawHttp client = connect(start(echoHeads().port()));
        client.send("GET /caf\u00c3\u00a9?x=\u00ff HTTP/1.1\nHost: here.apps.test\n\n");
        client.readAnswer();
        assertThat(nextReceived()).startsWith("GET /caf\u00c3\u00a9?x=\u00ff HTTP/1.1\r\n");
    }

    @Test
    void theHeadOfARequestDoesNotWaitForItsBody() throws Exception {
        RawHttp client = connect(start(echoHeads().port()));
        client.send("POST / HTTP/1.1\nHost: here.apps.test\nContent-Length: 3\n\n");
        assertThat(nextReceived()).startsWith("POST /");
        client.send("abc");
        assertThat(client.readAnswer()).startsWith("HTTP/1.1 200 OK");
    }

    @Test
    void aBodyThatDoesNotComeIsCutOff() throws Exception {
        TestBackend goRouter = backend(socket -> {
            InputStream in = socket.getInputStream();
            readHead(in);
            in.readAllBytes();
        });
        RawHttp client = connect(start(Duration.ofMillis(300), goRouter.port()));
        client.send("POST / HTTP/1.1\nHost: here.apps.test\nContent-Length: 3\n\nab");
        assertThat(client.readAll()).startsWith("HTTP/1.1 408").contains("X-Grouter-Reason: slow-client\r\n");
    }

    @Test
    void oldClientsWithAnAbsoluteTargetGetAHost() throws Exception {
        RawHttp client = connect(start(echoHeads().port()));
        client.send("GET http://here.apps.test:8/x HTTP/1.0\n\n");
        assertThat(client.readAll()).contains("X-Grouter-Reason: local");
        assertThat(nextReceived())
                .startsWith("GET http://here.apps.test:8/x HTTP/1.1\r\n")
                .contains("Host: here.apps.test:8\r\n");
    }

    @Test
    void theHostOfAnAbsoluteTargetReplacesTheHeader() throws Exception {
        RawHttp client = connect(start(echoHeads().port()));
        client.send("GET http://here.apps.test/x HTTP/1.1\nHost: there.apps.test\nX-A: b\n\n");
        assertThat(client.readAnswer()).contains("X-Grouter-Reason: local\r\n");
        assertThat(nextReceived())
                .startsWith("GET http://here.apps.test/x HTTP/1.1\r\nHost: here.apps.test\r\nX-A: b\r\n")
                .doesNotContain("there.apps.test");
    }

    @Test
    void anEmptyLineBetweenRequestsIsNoRequest() throws Exception {
        RawHttp client = connect(start(Duration.ofMillis(300), echoHeads().port()));
        client.send("\nGET / HTTP/1.1\nHost: here.apps.test\n\n");
        assertThat(client.readAnswer()).startsWith("HTTP/1.1 200");
        client.send("\n");
        assertThat(client.atEnd()).isTrue();
    }

    @Test
    void clientsOfATlsProxyInFrontStayOnHttps() throws Exception {
        RawHttp client = connect(start(closedPort()));
        client.send("GET /x HTTP/1.1\nHost: there.apps.test\nX-Forwarded-Proto: https\n\n");
        assertThat(client.readAnswer()).contains("Location: https://there.dc2.apps.test/x\r\n");
    }

    @Test
    void aClientThatReadsNothingIsCutOffInTheEnd() throws Exception {
        CountDownLatch sent = new CountDownLatch(1);
        TestBackend goRouter = backend(socket -> {
            readHead(socket.getInputStream());
            write(socket, "HTTP/1.1 200 OK\nContent-Length: 50000000\n\n", "");
            byte[] piece = new byte[50_000];
            try {
                for (int i = 0; i < 1_000; i++) {
                    socket.getOutputStream().write(piece);
                }
            } catch (IOException e) {
                sent.countDown();
            }
        });
        RawHttp client = connect(start(Duration.ofMillis(500), goRouter.port()));
        client.send("GET / HTTP/1.1\nHost: here.apps.test\nConnection: close\n\n");
        assertThat(sent.await(20, TimeUnit.SECONDS))
                .as("the connection to the GoRouter ends")
                .isTrue();
    }

    @Test
    void theOwnAliasReachesTheGoRouterUnderTheGlobalName() throws Exception {
        RawHttp client = connect(start(echoHeads().port()));
        client.send("GET /x HTTP/1.1\nHost: here.dc1.apps.test:8080\n\n");
        assertThat(client.readAnswer()).contains("X-Grouter-Reason: alias\r\n");
        assertThat(nextReceived())
                .contains("Host: here.apps.test:8080\r\n", "X-Forwarded-Host: here.dc1.apps.test:8080\r\n");
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws Exception {
        RawHttp client = connect(start(echoHeads().port()));
        String get = " HTTP/1.1\nHost: here.apps.test\n\n";
        client.send("GET /1" + get + "GET /2" + get
                + "POST /3 HTTP/1.1\nHost: here.apps.test\nContent-Length: 3\n\nabcGET /4" + get);
        for (int i = 1; i <= 4; i++) {
            assertThat(client.readAnswer()).contains(" /" + i + " HTTP/1.1");
        }
    }

    @Test
    void bodiesPassBothWaysInChunks() throws Exception {
        TestBackend goRouter = backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            received.add(readHead(in));
            received.add(new String(in.readNBytes("5\r\nhello\r\n0\r\n\r\n".length()), StandardCharsets.ISO_8859_1));
            write(
                    socket,
                    "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\nTrailer: X-End\n\n",
                    "3\r\nabc\r\n0\r\nX-End: 1\r\n\r\n");
            assertThat(in.read()).isEqualTo(-1);
        });
        RawHttp client = connect(start(goRouter.port()));
        client.send("POST / HTTP/1.1\nHost: here.apps.test\nTransfer-Encoding: chunked\n\n5\nhello\n0\n\n");
        assertThat(client.readHead()).contains("Transfer-Encoding: chunked").doesNotContain("Content-Length");
        assertThat(client.read("3\r\nabc\r\n0\r\nX-End: 1\r\n\r\n".length()))
                .isEqualTo("3\r\nabc\r\n0\r\nX-End: 1\r\n\r\n");
        assertThat(nextReceived()).contains("Transfer-Encoding: chunked\r\n");
        assertThat(nextReceived()).isEqualTo("5\r\nhello\r\n0\r\n\r\n");
    }

    @ParameterizedTest
    @CsvSource({"HEAD, 200, Content-Length: 42", "GET, 204, X-A: b", "GET, 304, Content-Length: 42"})
    void answersWithoutBodyKeepTheConnection(String method, int status, String header) throws Exception {
        TestBackend goRouter = backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (!readHead(in).isEmpty()) {
                write(socket, "HTTP/1.1 " + status + " X\n" + header + "\n\n", "");
            }
        });
        RawHttp client = connect(start(goRouter.port()));
        for (int i = 0; i < 2; i++) {
            client.send(method + " / HTTP/1.1\nHost: here.apps.test\n\n");
            assertThat(client.readHead())
                    .startsWith("HTTP/1.1 " + status)
                    .contains(header)
                    .doesNotContainIgnoringCase("transfer-encoding");
        }
        assertThat(goRouter.connections()).isEqualTo(1);
    }

    @Test
    void aBodyThatEndsWithTheConnectionIsSentInChunks() throws Exception {
        TestBackend goRouter = backend(socket -> {
            readHead(socket.getInputStream());
            write(socket, "HTTP/1.1 200 OK\nConnection: close\n\n", "until the end");
        });
        RawHttp client = connect(start(goRouter.port()));
        client.send("GET / HTTP/1.1\nHost: here.apps.test\n\n");
        assertThat(client.readHead())
                .containsIgnoringCase("transfer-encoding: chunked")
                .doesNotContain("close");
        assertThat(client.read("d\r\nuntil the end\r\n0\r\n\r\n".length()))
                .isEqualTo("d\r\nuntil the end\r\n0\r\n\r\n");
    }

    @Test
    void oldClientsGetPlainBodiesAndTheEndOfTheConnection() throws Exception {
        TestBackend goRouter = backend(socket -> {
            received.add(readHead(socket.getInputStream()));
            write(socket, "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n", "3\r\nabc\r\n0\r\n\r\n");
        });
        RawHttp client = connect(start(goRouter.port()));
        client.send("GET / HTTP/1.0\nHost: here.apps.test\n\n");
        assertThat(client.readAll())
                .containsIgnoringCase("connection: close")
                .doesNotContain("chunked")
                .endsWith("\r\n\r\nabc");
        assertThat(nextReceived()).startsWith("GET / HTTP/1.1\r\n");
    }

    @Test
    void interimAnswersPassThrough() throws Exception {
        TestBackend goRouter = backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            received.add(readHead(in));
            write(socket, "HTTP/1.1 100 Continue\n\n", "");
            received.add(new String(in.readNBytes(4), StandardCharsets.ISO_8859_1));
            write(socket, "HTTP/1.1 103 Early Hints\nLink: </x>\n\n", "");
            write(socket, "HTTP/1.1 200 OK\nContent-Length: 2\n\n", "ok");
            in.read();
        });
        RawHttp client = connect(start(goRouter.port()));
        client.send("PUT / HTTP/1.1\nHost: here.apps.test\nContent-Length: 4\nExpect: 100-continue\n\n");
        assertThat(client.readHead()).startsWith("HTTP/1.1 100 Continue\r\n");
        client.send("body");
        assertThat(client.readHead()).startsWith("HTTP/1.1 103 Early Hints\r\n").contains("Link: </x>");
        assertThat(client.readAnswer()).startsWith("HTTP/1.1 200 OK\r\n").endsWith("ok");
    }

    @Test
    void anEarlyAnswerIsSeenByAClientThatIsStillSending() throws Exception {
        TestBackend goRouter = backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            readHead(in);
            write(socket, "HTTP/1.1 413 Too Large\nContent-Length: 3\nConnection: close\n\n", "big");
            // As Go does: closing with unread bytes would reset the connection, and the answer might be lost with it.
            socket.shutdownOutput();
            in.transferTo(OutputStream.nullOutputStream());
        });
        RawHttp client = connect(start(goRouter.port()));
        client.send("POST / HTTP/1.1\nHost: here.apps.test\nContent-Length: 10000000\n\n");
        client.send("x".repeat(10_000));
        assertThat(client.readAnswer())
                .startsWith("HTTP/1.1 413")
                .containsIgnoringCase("connection: close")
                .endsWith("big");
    }

    @Test
    void upgradedConnectionsBecomeTunnels() throws Exception {
        TestBackend goRouter = backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            received.add(readHead(in));
            write(socket, "HTTP/1.1 101 Switching Protocols\nConnection: Upgrade\nUpgrade: websocket\n\n", "early");
            byte[] buffer = new byte[100];
            for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                socket.getOutputStream().write(buffer, 0, n);
            }
        });
        RawHttp client = connect(start(goRouter.port()));
        client.send("GET /ws HTTP/1.1\nHost: here.apps.test\nConnection: keep-alive, Upgrade\nUpgrade: websocket\n\n");
        assertThat(client.readHead()).startsWith("HTTP/1.1 101").contains("Upgrade: websocket");
        assertThat(client.read(5)).isEqualTo("early");
        for (int i = 0; i < 3; i++) {
            client.send("GET / HTTP/1.1");
            assertThat(client.read(14)).isEqualTo("GET / HTTP/1.1");
        }
        client.socket().shutdownOutput();
        assertThat(client.atEnd()).isTrue();
        assertThat(nextReceived()).contains("Connection: Upgrade\r\n", "Upgrade: websocket\r\n");
    }

    @Test
    void aProtocolChangeThatNobodyAskedForIsABadGateway() throws Exception {
        TestBackend goRouter = backend(socket -> {
            readHead(socket.getInputStream());
            write(socket, "HTTP/1.1 101 Switching Protocols\nConnection: Upgrade\nUpgrade: websocket\n\n", "");
            socket.getInputStream().readAllBytes();
        });
        RawHttp client = connect(start(goRouter.port()));
        client.send("GET / HTTP/1.1\nHost: here.apps.test\nUpgrade: websocket\n\n");
        assertThat(client.readAnswer()).startsWith("HTTP/1.1 502").contains("X-Grouter-Reason: gorouter-invalid\r\n");
    }

    /** Else the rest of the body, and what the client means to be its next request, would be the new protocol. */
    @Test
    void aProtocolChangeBeforeTheRequestIsCompleteIsABadGateway() throws Exception {
        TestBackend goRouter = backend(socket -> {
            readHead(socket.getInputStream());
            write(socket, "HTTP/1.1 101 Switching Protocols\nConnection: Upgrade\nUpgrade: websocket\n\n", "");
            received.add(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1));
        });
        RawHttp client = connect(start(goRouter.port()));
        client.send("POST /ws HTTP/1.1\nHost: here.apps.test\nConnection: Upgrade\nUpgrade: websocket\n"
                + "Transfer-Encoding: chunked\n\n");
        assertThat(client.readAnswer()).startsWith("HTTP/1.1 502").contains("X-Grouter-Reason: gorouter-invalid\r\n");
        client.send("5\nhello\n0\n\nGET /smuggled HTTP/1.1\nHost: here.apps.test\n\n");
        assertThat(nextReceived()).isEmpty();
    }

    @Test
    void aRefusedUpgradeIsAnOrdinaryAnswer() throws Exception {
        RawHttp client = connect(start(echoHeads().port()));
        client.send("GET /ws HTTP/1.1\nHost: here.apps.test\nConnection: Upgrade\nUpgrade: websocket\n\n");
        assertThat(client.readAnswer()).startsWith("HTTP/1.1 200 OK");
        client.send("GET /next HTTP/1.1\nHost: here.apps.test\n\n");
        assertThat(client.readAnswer()).contains("GET /next");
    }

    // ---- back-pressure

    @Test
    void aSlowReaderHoldsTheSenderBackAndGetsEverything() throws Exception {
        long size = 64L << 20;
        AtomicLong written = new AtomicLong();
        TestBackend goRouter = backend(socket -> {
            readHead(socket.getInputStream());
            write(socket, "HTTP/1.1 200 OK\nContent-Length: " + size + "\n\n", "");
            byte[] piece = new byte[65_536];
            while (written.get() < size) {
                socket.getOutputStream().write(piece);
                written.addAndGet(piece.length);
            }
        });
        RawHttp client = connect(start(goRouter.port()));
        client.send("GET / HTTP/1.1\nHost: here.apps.test\nConnection: close\n\n");
        client.readHead();
        // Nobody reads: the sender gets stuck in the few buffers on the way.
        SlowReader.untilStuck(written, Duration.ofSeconds(10));
        assertThat(written.get()).isLessThan(32L << 20);
        assertThat(client.drain()).isEqualTo(size);
    }

    @Test
    void aSlowGoRouterHoldsTheClientBackAndGetsEverything() throws Exception {
        SlowReader goRouter = new SlowReader(64 << 20, Duration.ofSeconds(10));
        goRouter.holdsBack(connect(start(backend(goRouter).port())), "here.apps.test");
    }

    // ---- redirects

    @Test
    void redirectsToTheAliasWithPathAndQueryKept() throws Exception {
        RawHttp client = connect(start(closedPort()));
        client.send("GET /a//b/%2F?x=1&y=%20 HTTP/1.1\nHost: There.Apps.Test:99\n\n");
        assertThat(client.readAnswer())
                .startsWith("HTTP/1.1 307 Temporary Redirect\r\n")
                .contains("Location: http://there.dc2.apps.test:8080/a//b/%2F?x=1&y=%20\r\n")
                .contains("Cache-Control: no-store\r\n")
                .contains("X-Grouter-Site: dc1\r\n", "X-Grouter-Reason: learned\r\n");
        client.send("GET http://there.apps.test?q HTTP/1.1\nHost: here.apps.test\n\n");
        assertThat(client.readAnswer()).contains("Location: http://there.dc2.apps.test:8080/?q\r\n");
        client.send("HEAD /h HTTP/1.1\nHost: there.apps.test\n\n");
        assertThat(client.readHead()).contains("Location: http://there.dc2.apps.test:8080/h\r\n");
        client.send("POST /p HTTP/1.1\nHost: there.apps.test\nContent-Length: 5\n\nhello");
        assertThat(client.readAnswer()).contains("Location: http://there.dc2.apps.test:8080/p\r\n");
    }

    @Test
    void aLargeBodyForAnotherSiteIsNotReadToTheEnd() throws Exception {
        RawHttp client = connect(start(closedPort()));
        client.send("POST /p HTTP/1.1\nHost: there.apps.test\nContent-Length: 100000000\n\nhello");
        assertThat(client.readAnswer()).startsWith("HTTP/1.1 307").containsIgnoringCase("connection: close");
        assertThat(client.atEnd()).isTrue();
    }

    // ---- when GoRouters fail

    @Test
    void triesTheNextGoRouterWhenOneTakesNoConnection() throws Exception {
        TestBackend well = echoHeads();
        int port = start(closedPort(), closedPort(), well.port());
        for (int i = 0; i < 6; i++) {
            RawHttp client = connect(port);
            client.send("POST / HTTP/1.1\nHost: here.apps.test\nContent-Length: 3\n\nabc");
            assertThat(client.readAnswer()).startsWith("HTTP/1.1 200 OK");
        }
    }

    @Test
    void saysSoWhenNoGoRouterTakesConnections() throws Exception {
        RawHttp client = connect(start(closedPort(), closedPort()));
        for (int i = 0; i < 2; i++) {
            client.send("GET / HTTP/1.1\nHost: here.apps.test\n\n");
            assertThat(client.readAnswer())
                    .startsWith("HTTP/1.1 503 Service Unavailable\r\n")
                    .contains(
                            "X-Grouter-Reason: no-gorouter\r\n", "Retry-After: 1\r\n", "None of this site's GoRouters");
        }
    }

    @Test
    void aGoRouterThatClosesWithoutAnAnswerIsABadGateway() throws Exception {
        TestBackend goRouter = backend(socket -> readHead(socket.getInputStream()));
        RawHttp client = connect(start(goRouter.port()));
        client.send("GET / HTTP/1.1\nHost: here.apps.test\n\n");
        assertThat(client.readAnswer())
                .startsWith("HTTP/1.1 502 Bad Gateway\r\n")
                .contains("X-Grouter-Reason: gorouter-failed\r\n");
        assertThat(goRouter.connections()).isEqualTo(1);
    }

    @Test
    void whatADyingGoRouterLeavesUnansweredIsAskedOfAnother() throws Exception {
        TestBackend dying = backend(socket -> readHead(socket.getInputStream()));
        int port = start(dying.port(), echoHeads().port());
        for (int i = 0; i < 6; i++) {
            RawHttp client = connect(port);
            client.send("GET / HTTP/1.1\nHost: here.apps.test\n\n");
            assertThat(client.readAnswer()).startsWith("HTTP/1.1 200 OK");
        }
        assertThat(dying.connections()).isPositive();
    }

    @Test
    void aRequestThatGoRoutersDieOfGetsToTwoAtMost() throws Exception {
        List<TestBackend> dying = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            dying.add(backend(socket -> received.add(readHead(socket.getInputStream()))));
        }
        RawHttp client =
                connect(start(dying.stream().mapToInt(TestBackend::port).toArray()));
        client.send("GET / HTTP/1.1\nHost: here.apps.test\n\n");
        assertThat(client.readAnswer())
                .startsWith("HTTP/1.1 502 Bad Gateway\r\n")
                .contains("X-Grouter-Reason: gorouter-failed\r\n");
        assertThat(received).hasSize(2);
    }

    @Test
    void whatMayHaveBeenProcessedIsNotAskedOfAnotherGoRouter() throws Exception {
        TestBackend.Script dying = socket -> received.add(readHead(socket.getInputStream()));
        RawHttp client = connect(start(backend(dying).port(), backend(dying).port()));
        client.send("POST / HTTP/1.1\nHost: here.apps.test\nContent-Length: 0\n\n");
        assertThat(client.readAnswer()).startsWith("HTTP/1.1 502");
        assertThat(received).hasSize(1);
    }

    @Test
    void aKeptConnectionThatEndedIsReplacedWithoutTheClientNoticing() throws Exception {
        TestBackend goRouter = backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            readHead(in);
            write(socket, "HTTP/1.1 200 OK\nContent-Length: 2\n\n", "ok");
            readHead(in); // and then ends, as if it had been idle too long at the very moment
        });
        RawHttp client = connect(start(goRouter.port()));
        for (int i = 0; i < 5; i++) {
            client.send("GET / HTTP/1.1\nHost: here.apps.test\n\n");
            assertThat(client.readAnswer()).startsWith("HTTP/1.1 200 OK").endsWith("ok");
        }
    }

    @Test
    void aRequestThatMayHaveBeenProcessedIsNotRepeated() throws Exception {
        TestBackend goRouter = backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            received.add(readHead(in));
            write(socket, "HTTP/1.1 200 OK\nContent-Length: 2\n\n", "ok");
            received.add(readHead(in));
        });
        RawHttp client = connect(start(goRouter.port()));
        client.send("GET / HTTP/1.1\nHost: here.apps.test\n\n");
        client.readAnswer();
        client.send("POST / HTTP/1.1\nHost: here.apps.test\nContent-Length: 0\n\n");
        assertThat(client.readAnswer()).startsWith("HTTP/1.1 502");
        assertThat(received).hasSize(2);
    }

    @Test
    void anAnswerThatBreaksOffEndsTheConnection() throws Exception {
        TestBackend goRouter = backend(socket -> {
            readHead(socket.getInputStream());
            write(socket, "HTTP/1.1 200 OK\nContent-Length: 10\n\n", "half");
        });
        RawHttp client = connect(start(goRouter.port()));
        client.send("GET / HTTP/1.1\nHost: here.apps.test\n\n");
        assertThat(client.readHead()).startsWith("HTTP/1.1 200 OK");
        assertThat(client.read(4)).isEqualTo("half");
        assertThat(client.atEnd()).isTrue();
    }

    @Test
    void rubbishFromAGoRouterIsABadGateway() throws Exception {
        TestBackend goRouter = backend(socket -> {
            readHead(socket.getInputStream());
            write(socket, "what is this?\n\n", "");
        });
        RawHttp client = connect(start(goRouter.port()));
        client.send("GET / HTTP/1.1\nHost: here.apps.test\n\n");
        assertThat(client.readAnswer()).startsWith("HTTP/1.1 502").contains("X-Grouter-Reason: gorouter-invalid\r\n");
    }

    @Test
    void aGoRouterThatSaysNothingIsAGatewayTimeout() throws Exception {
        TestBackend goRouter = backend(socket -> {
            InputStream in = socket.getInputStream();
            readHead(in);
            in.read();
        });
        RawHttp client = connect(start(Duration.ofMillis(300), goRouter.port()));
        client.send("GET / HTTP/1.1\nHost: here.apps.test\n\n");
        assertThat(client.readAnswer()).startsWith("HTTP/1.1 504").contains("X-Grouter-Reason: gorouter-timeout\r\n");
    }

    @Test
    void aClientThatLeavesTakesItsUpstreamConnectionAlong() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        TestBackend goRouter = backend(socket -> {
            InputStream in = socket.getInputStream();
            received.add(readHead(in));
            if (in.read() < 0) {
                ended.countDown();
            }
        });
        RawHttp client = connect(start(goRouter.port()));
        client.send("GET / HTTP/1.1\nHost: here.apps.test\n\n");
        nextReceived();
        client.close();
        assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aSlowHeadIsCutOff() throws Exception {
        int port = start(Duration.ofMillis(300), closedPort());
        RawHttp client = connect(port);
        client.send("GET / HTTP/1.1\nHost: here.ap");
        assertThat(client.readAll()).startsWith("HTTP/1.1 408").contains("X-Grouter-Reason: slow-client\r\n");
        RawHttp silent = connect(port);
        assertThat(silent.atEnd()).as("one that says nothing gets nothing").isTrue();
    }

    // ---- malformed requests

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rubbish\n\n",
                "GET / HTTP/1.1\n\n",
                "GET / HTTP/1.1\nHost: a\nHost: b\n\n",
                "GET / HTTP/1.1\nHost: a b\n\n",
                "GET / HTTP/1.1\nHost : a\n\n",
                "GET / HTTP/1.1\nHost: here.apps.test\nContent-Length: 1\nContent-Length: 2\n\n",
                "GET / HTTP/1.1\nHost: here.apps.test\nContent-Length: x\n\n",
                "GET nonsense HTTP/1.1\nHost: here.apps.test\n\n",
                "GET / HTTX\nHost: here.apps.test\n\n",
                "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\n\n",
            })
    void malformedRequestsAreRefusedAndTheConnectionEnds(String request) throws Exception {
        TestBackend goRouter = echoHeads();
        RawHttp client = connect(start(goRouter.port()));
        client.send(request);
        assertThat(client.readAll()).startsWith("HTTP/1.1 400 Bad Request\r\n").contains("X-Grouter-Reason: bad-");
        assertThat(goRouter.connections()).isZero();
    }

    @Test
    void longHeadsAreRefused() throws Exception {
        int port = start(closedPort());
        RawHttp longLine = connect(port);
        longLine.send("GET /" + "x".repeat(5000) + " HTTP/1.1\nHost: here.apps.test\n\n");
        assertThat(longLine.readAll()).startsWith("HTTP/1.1 414");
        RawHttp longHead = connect(port);
        longHead.send("GET / HTTP/1.1\nHost: here.apps.test\nX: " + "x".repeat(9000) + "\n\n");
        assertThat(longHead.readAll()).startsWith("HTTP/1.1 431");
        RawHttp connect = connect(port);
        connect.send("CONNECT a:80 HTTP/1.1\nHost: a:80\n\n");
        assertThat(connect.readAll()).startsWith("HTTP/1.1 405").containsIgnoringCase("allow: GET");
    }

    @Test
    void aBrokenChunkNeverLooksLikeAWholeRequest() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        TestBackend goRouter = backend(socket -> {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            readHead(in);
            String rest = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
            received.add(rest);
            ended.countDown();
        });
        RawHttp client = connect(start(goRouter.port()));
        client.send("POST / HTTP/1.1\nHost: here.apps.test\nTransfer-Encoding: chunked\n\n5\nhello\nnonsense\n");
        assertThat(client.readAll()).startsWith("HTTP/1.1 400").contains("X-Grouter-Reason: bad-chunk\r\n");
        assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(nextReceived()).doesNotContain("0\r\n\r\n");
    }

    @Test
    void connectionsAreBounded() throws Exception {
        int port = start(echoHeads().port());
        List<RawHttp> clients = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            RawHttp client = connect(port);
            client.send("GET / HTTP/1.1\nHost: here.apps.test\n\n").readAnswer();
            clients.add(client);
        }
        assertThat(connect(port).atEnd()).isTrue();
        clients.get(0).close();
        await().atMost(Duration.ofSeconds(10)).until(() -> {
            try (RawHttp client = new RawHttp(port)) {
                client.send("GET / HTTP/1.1\nHost: here.apps.test\n\n");
                return client.readHead().startsWith("HTTP/1.1 200");
            } catch (IOException e) {
                return false;
            }
        });
    }
}
