// Carries out what one Collector asks for: sockets, requests and timers on an EventLoop, the recording on its own
// thread. Decides nothing. On the loop's thread only.
//
// A row is handed on once all that it was made of is recorded on the disk (Held: kMostHeld of them wait at most).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "acts/base/clock.hpp"
#include "acts/base/result.hpp"

#include "collector/collector.hpp"
#include "live/book_writer.hpp"
#include "live/cooldown_writer.hpp"
#include "live/held.hpp"
#include "live/process_health.hpp"
#include "live/run_log_recorder.hpp"
#include "live/run_recorder.hpp"
#include "live/seal_thread.hpp"
#include "net/event_loop.hpp"
#include "net/http_client.hpp"
#include "net/proxy.hpp"
#include "net/ws_client.hpp"

namespace acts {

struct VenueRunOptions {
  collector::CollectorOptions collector;
  std::string ca_file;
  ProxySettings proxy;
  std::string record_dir;  // data directory of the recording; empty: none
  RecordingMedium recording;
  std::string book_dir;      // data directory of checkpoints and full books; empty: none
  std::string cooldown_dir;  // data directory of cooldowns; empty: the next run is told of none
  std::string version;
};

class VenueRun {
 public:
  using RowSink = std::function<void(MinuteRow&&)>;
  using LogSink = std::function<void(const collector::Log&)>;
  // Loop, clock and what the sinks refer to outlive the object. Errors: as Collector::make().
  static Result<std::unique_ptr<VenueRun>> make(EventLoop& loop, Clock& clock, VenueRunOptions options, RowSink rows,
                                                LogSink log);
  ~VenueRun();
  VenueRun(const VenueRun&) = delete;
  VenueRun& operator=(const VenueRun&) = delete;

  void start(UnixNanos now);
  // Rows that are due are made and connections closed; stopped() follows within the net's own time-outs.
  void stop(std::string_view reason);
  [[nodiscard]] bool stopped() const { return collector_->stopped(); }
  // After stop(): lets the recording be ended. Nothing is recorded any more.
  void begin_close_recording();
  // Nothing: this run keeps no books. Those that wait for the recording wait, too.
  [[nodiscard]] std::optional<BookHealth> books() const;
  // Nothing: this run is not recorded.
  [[nodiscard]] std::optional<RecordingHealth> recording() const;
  // Rows that wait for the recording.
  [[nodiscard]] std::size_t held_rows() const { return held_rows_.size(); }
  // Rows are long on their way to the store: checkpoints would get ahead of it.
  void hold_checkpoints(bool hold) { collector_->set_can_checkpoint(!hold); }
  Result<void> set_symbols(std::span<const std::string> symbols);

  [[nodiscard]] collector::Health health() { return collector_->health(clock_.now()); }
  [[nodiscard]] const collector::Collector& collector() const { return *collector_; }

 private:
  VenueRun(EventLoop& loop, Clock& clock, VenueRunOptions options, RowSink rows, LogSink log);

  void carry_out();
  void carry_out(const collector::OpenConnection& action);
  void carry_out(const collector::CloseConnection& action);
  void carry_out(const collector::SendText& action);
  void carry_out(const collector::HttpGet& action);
  void carry_out(const collector::Log& action) { log_(action); }
  void carry_out(const collector::SaveBook& action);
  void carry_out(const collector::KeepCooldown& action);
  void on_http(collector::RequestNumber request, std::optional<UnixNanos> sent,
               const NetResult<HttpResponse>& response);
  void arm_timer();
  void on_timer();
  void watch_recorder();
  void watch_books();
  void on_row(MinuteRow&& row);
  void give_held();
  void push(const collector::SaveBook& book);

  EventLoop& loop_;
  Clock& clock_;
  VenueRunOptions options_;
  RowSink rows_;
  LogSink log_;
  std::shared_ptr<SealThread> sealer_;  // with the recorder's thread
  std::unique_ptr<RunRecorder> recorder_;
  std::unique_ptr<collector::RunLog> run_log_;
  std::unique_ptr<BookWriter> books_;
  std::unique_ptr<CooldownWriter> cooldowns_;
  std::unique_ptr<collector::Collector> collector_;
  std::unique_ptr<HttpClient> http_;
  std::map<collector::ConnectionNumber, std::unique_ptr<WebSocketClient>> sockets_;
  std::optional<EventLoop::TimerId> timer_;
  UnixNanos timer_at_;
  bool paused_ = false;
  std::uint64_t pauses_ = 0;
  std::optional<EventLoop::TimerId> resume_timer_;
  HeldRows held_rows_;
  HeldBooks held_books_;
  std::optional<EventLoop::TimerId> held_timer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // for what was posted and runs later
};

}  // namespace acts
