package dev.loramill.trainer.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TeamIT {
    @Test
    void membersShareAllItemsOnce() {
        try (Team team = new Team(3)) {
            AtomicInteger[] touched = new AtomicInteger[100];
            for (int i = 0; i < 100; i++) {
                touched[i] = new AtomicInteger();
            }
            team.run(member -> {
                for (int i = member.from(100); i < member.to(100); i++) {
                    touched[i].incrementAndGet();
                }
            });

            assertThat(touched).allMatch(count -> count.get() == 1);
        }
    }

    @Test
    void noMemberPassesABarrierBeforeAllHaveCome() {
        try (Team team = new Team(4)) {
            AtomicLong arrived = new AtomicLong();
            AtomicInteger early = new AtomicInteger();
            team.run(member -> {
                for (int round = 1; round <= 2_000; round++) {
                    arrived.incrementAndGet();
                    member.await();
                    if (arrived.get() < 4L * round) {
                        early.incrementAndGet();
                    }
                    member.await();
                }
            });

            assertThat(early).hasValue(0);
        }
    }

    @Test
    void aFailingMemberReleasesTheOthersAndTheTeamGoesOn() {
        try (Team team = new Team(3)) {
            assertThatThrownBy(() ->
                            team.run(member -> {
                                if (member.index() == 1) {
                                    throw new IllegalArgumentException("of member 1");
                                }
                                member.await();
                            }))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("of member 1");

            AtomicInteger ran = new AtomicInteger();
            team.run(member -> {
                member.await();
                ran.incrementAndGet();
            });
            assertThat(ran).hasValue(3);
        }
    }

    @Test
    void refusesWorkAfterItsEnd() {
        Team team = new Team(1);
        team.close();

        assertThatThrownBy(() -> team.run(member -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("Team");
    }
}
