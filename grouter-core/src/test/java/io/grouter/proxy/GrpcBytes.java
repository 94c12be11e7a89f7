package io.grouter.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Methods of a gRPC service whose messages are bytes as they are, so that no compiler of messages is needed. */
final class GrpcBytes {
    private GrpcBytes() {}

    private enum AsTheyAre implements MethodDescriptor.Marshaller<byte[]> {
        MARSHALLER;

        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Returns a method of the service {@code test.Echo}. */
    static MethodDescriptor<byte[], byte[]> method(String name, MethodType type) {
        return MethodDescriptor.newBuilder(AsTheyAre.MARSHALLER, AsTheyAre.MARSHALLER)
                .setFullMethodName("test.Echo/" + name)
                .setType(type)
                .build();
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    /** Answers a request with a hundred messages that carry its text and a number. */
    static void hundred(byte[] request, StreamObserver<byte[]> to) {
        for (int i = 0; i < 100; i++) {
            to.onNext(bytes(new String(request, UTF_8) + i));
        }
        to.onCompleted();
    }
}
