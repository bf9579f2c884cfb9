#include "cli/run_collect.hpp"

#include <spdlog/spdlog.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>

#include "cli/command.hpp"
#include "cli/interrupt.hpp"
#include "cli/version.hpp"
#include "live/collect.hpp"
#include "live/display.hpp"
#include "live/real_time.hpp"
#include "live/service_notify.hpp"
#include "net/real_clock.hpp"

namespace acts::cli {
namespace {

constexpr Nanos kRefresh = std::chrono::seconds{1};
constexpr std::size_t kMaxLines = 40;
// While a run is made: how often it looks for a signal, and when it says why it has not begun.
constexpr Nanos kStartPoll = std::chrono::milliseconds{100};
constexpr Nanos kSlowStart = std::chrono::seconds{2};

// Asked for at each drawing: windows change.
TerminalSize terminal_size() {
  winsize window{};
  TerminalSize size;
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &window) != 0) return size;
  if (window.ws_col > 0) size.columns = window.ws_col;
  if (window.ws_row > 0) size.rows = window.ws_row;
  return size;
}

// Signals, the duration, display and service manager around a CollectRun.
class Attendant {
 public:
  // From now on signals wait for the loop to run.
  Attendant(EventLoop& loop, bool on_terminal) : loop_(loop), on_terminal_(on_terminal) {
    loop_.on_signal({SIGINT, SIGTERM, SIGHUP}, [this](int signal) {
      if (signal == SIGHUP) {
        early_hangup_ = run_ == nullptr;
        if (!early_hangup_) reload();
      } else if (run_ == nullptr) {
        early_stop_ = true;
      } else {
        stop(signal == SIGINT ? "SIGINT" : "SIGTERM");
      }
    });
    end_at_second_signal();
    release_hangups();
  }

  // While the run is made: whether a signal has come that ends it.
  bool is_stopped() {
    const RealTime now = real_now();
    if (early_stop_ || now < next_look_) return early_stop_;
    next_look_ = now + kStartPoll;
    loop_.run_for(std::chrono::milliseconds{1});
    if (!said_slow_ && now > begun_ + kSlowStart) {
      said_slow_ = true;
      spdlog::info("sealing and reading what the last run has left, for {} s at most",
                   EarlierRun::kLongestStart / std::chrono::seconds{1});
    }
    return early_stop_;
  }

  void attend(CollectRun& run, const CollectSettings& settings) {
    run_ = &run;
    if (settings.duration > Nanos{0}) loop_.start_timer(settings.duration, [this] { stop("duration"); });
    if (on_terminal_) refresh();
    if (const auto interval = service_watchdog_interval()) watchdog(*interval);
    notify_service("READY=1");
    if (early_hangup_) reload();
    if (early_stop_) stop("a signal at the start");
  }

 private:
  void stop(const char* reason) {
    if (stopping_) return;
    stopping_ = true;
    show_below_log("");
    notify_service("STOPPING=1");
    spdlog::info("stopping: {}", reason);
    run_->stop(reason, [this] { loop_.stop(); });
  }

  void reload() {
    if (stopping_) return;
    const CollectSettings& now = run_->settings();
    if (!now.reload) {
      spdlog::warn("SIGHUP: there is no configuration file to read again");
      return;
    }
    notify_service("RELOADING=1");
    const Result<CollectSettings> wanted = now.reload();
    const Result<void> done = wanted ? run_->reload(*wanted) : Result<void>(std::unexpected(wanted.error()));
    if (done) {
      spdlog::info("SIGHUP: {} symbols wanted now", run_->settings().symbols.size());
    } else {
      spdlog::error("SIGHUP: {}; the run goes on as it was", done.error().message);
    }
    notify_service("READY=1");
  }

  void refresh() {
    if (stopping_) return;
    show_below_log(display_text(run_->health(), kMaxLines, terminal_size()));
    loop_.start_timer(kRefresh, [this] { refresh(); });
  }

  void watchdog(Nanos interval) {
    notify_service("WATCHDOG=1");
    loop_.start_timer(interval, [this, interval] { watchdog(interval); });
  }

  EventLoop& loop_;
  CollectRun* run_ = nullptr;
  bool on_terminal_;
  const RealTime begun_ = real_now();
  RealTime next_look_ = begun_;
  bool said_slow_ = false;
  bool early_hangup_ = false;  // a signal that came while the run was made
  bool early_stop_ = false;
  bool stopping_ = false;
};

}  // namespace

int run_collect(const CollectSettings& settings) {
  RealClock clock;
  EventLoop loop;
  const bool on_terminal = ::isatty(STDERR_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
  Attendant attendant(loop, on_terminal);
  CollectHooks hooks;
  hooks.version = version();
  hooks.is_stopped = [&attendant] { return attendant.is_stopped(); };
  auto run = CollectRun::make(loop, clock, settings, std::move(hooks));
  if (!run && run.error().code == ErrorCode::kCancelled) {
    spdlog::info("{}", run.error().message);
    return kExitDone;
  }
  if (!run) return complain(run.error());
  if ((*run)->metrics_port()) {
    spdlog::info("metrics and health on http://{}:{}/metrics and /health", settings.metrics.host,
                 *(*run)->metrics_port());
  }
  (*run)->start();
  attendant.attend(**run, settings);
  loop.run();
  const bool drained = (*run)->drain();
  const RowWriter::Status rows = (*run)->process_health().rows;
  spdlog::info("ended: {} rows stored, {} lost", rows.stored, rows.lost + rows.waiting);
  return drained && rows.lost == 0 ? kExitDone : kExitStorage;
}

}  // namespace acts::cli
