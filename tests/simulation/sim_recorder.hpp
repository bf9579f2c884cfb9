// The recording of simulated runs, on a simulated disk: what RunRecorder and SealThread do on their threads, at
// simulated times and with the same writer and sealer. What a crash has left, and what is there in the end, is held to
// what was handed over (RecordedLogs).
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "acts/base/time.hpp"
#include "acts/market/venue.hpp"

#include "exchange/random.hpp"
#include "live/left_logs.hpp"
#include "live/run_writer.hpp"
#include "recording/rolling_writer.hpp"
#include "recording/sealer.hpp"
#include "simulation/recorded_log.hpp"
#include "simulation/sim_disk.hpp"

namespace acts::sim {

class SimRecorder final : public RunWriter {
 public:
  static constexpr Nanos kPause = std::chrono::milliseconds{500};        // between syncs, and after what failed
  static constexpr Nanos kSealDelay = std::chrono::seconds{2};           // after a log is closed
  static constexpr Nanos kSealPause = std::chrono::seconds{10};          // after what failed
  static constexpr Nanos kOldestMark = std::chrono::milliseconds{1500};  // where nothing is wrong with the disk
  static constexpr std::size_t kMostQueued = 100'000;

  // `disk` outlives the object, and so does `real`, the real time: what is recorded has that of the collector's clock.
  // What is wrong is told to `find`.
  SimRecorder(Venue venue, SimDisk& disk, const UnixNanos& real, RecordedLogs::Find find);

  void begin_run();
  void line(UnixNanos ts_recv, ConnectionId connection, std::string_view json, LineUse use) override;
  void note(UnixNanos ts, IndexEvent event) override;
  // Of lines and entries of this run, without its signs of life.
  [[nodiscard]] RecordingProgress progress(UnixNanos now) const;

  // As RunRecorder's.
  void set_max_queued_bytes(std::size_t bytes) { max_queued_bytes_ = bytes; }
  [[nodiscard]] bool full() const { return queued_bytes_ >= max_queued_bytes_; }
  [[nodiscard]] bool has_room() const { return queued_bytes_ <= max_queued_bytes_ / 2; }
  [[nodiscard]] std::size_t queued_bytes() const { return queued_bytes_; }

  // When there is something to do; never while the disk hangs, or the process sleeps.
  [[nodiscard]] UnixNanos next_deadline() const;
  void work(UnixNanos now);
  // Each true is followed by a false.
  void set_hanging(bool hangs, UnixNanos now);

  // Of this run, after a crash.
  struct Kept {
    std::size_t items = 0;  // lines and entries, the first so many
    UnixNanos until;        // all that was handed over before
  };
  // The process is killed, or the power cut, perhaps in the middle of writing.
  Kept crash(bool power_cut, exchange::Random& random, UnixNanos now);
  // The next process seals what is left, or leaves it for later; it may crash in the same way while it does.
  void recover(bool power_cut, exchange::Random& random, UnixNanos now);
  // All is written, closed, sealed and looked at. Nothing is wrong with the disk any more.
  void end_run(UnixNanos now);

  // What the last recover() could not seal.
  [[nodiscard]] LeftLogs left_logs() const;

  [[nodiscard]] const RecordedLogs& logs() const { return logs_; }
  [[nodiscard]] std::uint64_t failures() const { return failures_; }
  // Runs before which nothing was sealed.
  [[nodiscard]] std::uint64_t left_open() const { return left_open_; }

 private:
  struct Queued {
    UnixNanos ts;
    ConnectionId connection = 0;
    LineUse use = LineUse::kTaken;
    std::string json;                 // of a line
    std::optional<IndexEvent> event;  // of an entry
    [[nodiscard]] std::size_t bytes() const { return sizeof(Queued) + json.size(); }
  };

  void push(Queued queued);
  void write_queue();
  Result<void> write(const Queued& queued);
  void on_written(const Result<void>& written, bool is_alive);
  void bring_to_disk();
  void on_failure();
  void on_closed(const std::string& path);
  [[nodiscard]] std::vector<RecordedMark> open_items() const;
  void check_marks(std::size_t kept, bool power_cut);
  void seal_next();
  bool seal(Sealer& sealer, const std::string& name);
  void seal_all();
  void leave_all();
  void keep_all();
  [[nodiscard]] Sealer make_sealer();

  Venue venue_;
  SimDisk& disk_;
  const UnixNanos& real_;
  RecordedLogs::Find find_;
  std::string directory_;
  RecordedLogs logs_;
  std::unique_ptr<RollingWriter> writer_;
  std::deque<Queued> queue_;
  std::size_t queued_bytes_ = 0;
  std::size_t max_queued_bytes_ = std::size_t{64} << 20;
  std::vector<RecordedMark> items_;     // of this run
  std::vector<UnixNanos> handed_over_;  // when each was, in real time: the collector's clock may step
  std::size_t written_ = 0;             // of them, that the writer has taken
  std::size_t closed_ = 0;              // of them, in logs that are closed
  std::size_t synced_ = 0;              // of them, that the last mark tells of
  std::size_t synced_before_ = 0;       // ... and the one before, which is on the disk
  bool unsynced_ = false;
  bool alive_told_ = false;
  bool failed_since_sync_ = false;
  int hangs_ = 0;  // how many things hold it up
  UnixNanos now_;
  UnixNanos last_sync_;
  UnixNanos last_trouble_;
  std::optional<UnixNanos> waiting_since_;  // while something waits: since it began to, or since something got on
  std::optional<UnixNanos> retry_at_;
  std::deque<std::string> to_seal_;
  bool cannot_tell_ = false;  // what waits to be sealed could not be read
  UnixNanos seal_at_;
  std::uint64_t failures_ = 0;
  std::uint64_t left_open_ = 0;
};

}  // namespace acts::sim
