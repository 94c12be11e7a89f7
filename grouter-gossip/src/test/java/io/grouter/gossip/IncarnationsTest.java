package io.grouter.gossip;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IncarnationsTest {
    @TempDir
    Path folder;

    @Test
    void neverGoesBackOverRestarts() {
        String file = folder.resolve("incarnation").toString();
        assertThat(new Incarnations(file).next(0)).isEqualTo(1);
        assertThat(new Incarnations(file).next(0)).isEqualTo(2);
        assertThat(new Incarnations(file).next(10)).isEqualTo(11);
        assertThat(new Incarnations(file).next(5)).isEqualTo(12);
    }

    @Test
    void aBrokenFileIsLikeNone() throws IOException {
        Path file = folder.resolve("incarnation");
        Files.writeString(file, "rubbish");
        assertThat(new Incarnations(file.toString()).next(3)).isEqualTo(4);
        assertThat(new Incarnations(file.toString()).next(0)).isEqualTo(5);
    }

    @Test
    void aMissingFolderDoesNoHarm() {
        Incarnations incarnations =
                new Incarnations(folder.resolve("missing/incarnation").toString());
        assertThat(incarnations.next(0)).isEqualTo(1);
        assertThat(incarnations.next(0)).isEqualTo(2);
        assertThat(new Incarnations("").next(7)).isEqualTo(8);
    }
}
