package io.grouter.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grouter.testing.KeyFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.ECGenParameterSpec;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PemTest {
    @TempDir
    private Path folder;

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("file.pem"), text);
    }

    private static byte[] der(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(tag);
        if (content.size() >= 256) {
            all.write(0x82);
            all.write(content.size() >>> 8);
        } else if (content.size() >= 128) {
            all.write(0x81);
        }
        all.write(content.size());
        all.writeBytes(content.toByteArray());
        return all.toByteArray();
    }

    private static byte[] number(BigInteger value) {
        return der(2, value.toByteArray());
    }

    @Test
    void readsRsaKeysOldAndNew() throws IOException, GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        PrivateKey key = generator.generateKeyPair().getPrivate();
        assertThat(Pem.privateKey(file(KeyFiles.pem("PRIVATE KEY", key.getEncoded()))))
                .isEqualTo(key);
        RSAPrivateCrtKey rsa = (RSAPrivateCrtKey) key;
        byte[] pkcs1 = der(
                0x30,
                number(BigInteger.ZERO),
                number(rsa.getModulus()),
                number(rsa.getPublicExponent()),
                number(rsa.getPrivateExponent()),
                number(rsa.getPrimeP()),
                number(rsa.getPrimeQ()),
                number(rsa.getPrimeExponentP()),
                number(rsa.getPrimeExponentQ()),
                number(rsa.getCrtCoefficient()));
        assertThat(Pem.privateKey(file(KeyFiles.pem("RSA PRIVATE KEY", pkcs1)))).isEqualTo(key);
    }

    @Test
    void readsEcKeysOldAndNew() throws IOException, GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        ECPrivateKey key = (ECPrivateKey) generator.generateKeyPair().getPrivate();
        assertThat(Pem.privateKey(file(KeyFiles.pem("PRIVATE KEY", key.getEncoded()))))
                .isEqualTo(key);
        byte[] secret = new byte[32];
        byte[] magnitude = key.getS().toByteArray();
        int length = Math.min(32, magnitude.length);
        System.arraycopy(magnitude, magnitude.length - length, secret, 32 - length, length);
        byte[] curve = der(6, HexFormat.of().parseHex("2a8648ce3d030107"));
        byte[] sec1 = der(0x30, number(BigInteger.ONE), der(4, secret), der(0xA0, curve));
        String parameters = KeyFiles.pem("EC PARAMETERS", curve);
        ECPrivateKey read = (ECPrivateKey) Pem.privateKey(file(parameters + KeyFiles.pem("EC PRIVATE KEY", sec1)));
        assertThat(read.getS()).isEqualTo(key.getS());
        assertThat(read.getParams().getCurve()).isEqualTo(key.getParams().getCurve());
    }

    @Test
    void saysWhatIsWrongAndWhere() throws IOException {
        Path missing = folder.resolve("missing.pem");
        assertThatThrownBy(() -> Pem.certificates(missing)).hasMessage(missing + ": no such file");
        Path empty = file("nothing here");
        assertThatThrownBy(() -> Pem.certificates(empty)).hasMessageContaining("no certificate in it");
        assertThatThrownBy(() -> Pem.privateKey(empty)).hasMessageContaining("no private key in it");
        Path bad = file(KeyFiles.pem("CERTIFICATE", new byte[] {1, 2, 3}));
        assertThatThrownBy(() -> Pem.certificates(bad)).hasMessageContaining("certificate 1 cannot be read");
        Path encrypted = file(KeyFiles.pem("ENCRYPTED PRIVATE KEY", new byte[] {1}));
        assertThatThrownBy(() -> Pem.privateKey(encrypted)).hasMessageContaining("is encrypted");
        for (String label : new String[] {"PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"}) {
            for (byte[] rubbish : new byte[][] {{}, {0x30}, {0x30, -126}, {0x30, 3, (byte) 0xA0, 5, 1}}) {
                Path broken = file(KeyFiles.pem(label, rubbish));
                assertThatThrownBy(() -> Pem.privateKey(broken)).isInstanceOf(IOException.class);
            }
        }
    }
}
