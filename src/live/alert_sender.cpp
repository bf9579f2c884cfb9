#include "live/alert_sender.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <utility>

#include "live/alert_conditions.hpp"

namespace acts {
namespace {

constexpr Nanos kCommandPoll = std::chrono::milliseconds{50};
constexpr std::uint64_t kSeed = 1;  // of a jitter that nothing depends on

// A process, its end waited for by the loop's timers.
class Command : public std::enable_shared_from_this<Command> {
 public:
  Command(EventLoop& loop, Nanos limit, AlertChannel::Done done) : loop_(loop), limit_(limit), done_(std::move(done)) {}

  void start(const std::string& command, const std::string& message) {
    if (const int error = spawn(command, message); error != 0) {
      finish(fail(ErrorCode::kRetry, fmt::format("cannot be run: {}", std::strerror(error))));
      return;
    }
    poll();
  }

 private:
  // The message lies in the pipe before the command begins to read.
  int spawn(const std::string& command, const std::string& message) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return errno;
    int error = ::write(ends[1], message.data(), message.size()) == static_cast<ssize_t>(message.size()) ? 0 : EMSGSIZE;
    ::fcntl(ends[0], F_SETFL, 0);
    ::close(ends[1]);
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
    // Sockets of the run are not closed by themselves: a command that stays would hold them.
    ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    ::posix_spawnattr_init(&attributes);
    sigset_t none;
    ::sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setpgroup(&attributes, 0);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    std::string shell = "sh";
    std::string option = "-c";
    std::string text = command;
    const std::array<char*, 4> arguments{shell.data(), option.data(), text.data(), nullptr};
    if (error == 0) {
      error = ::posix_spawn(&pid_, "/bin/sh", &actions, &attributes, arguments.data(), environ);
    }
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(ends[0]);
    return error;
  }

  void poll() {
    int status = 0;
    const pid_t ended = ::waitpid(pid_, &status, WNOHANG);
    if (ended == pid_) {
      if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return finish({});
      return finish(fail(ErrorCode::kRetry, late_ ? std::string("took too long and was killed")
                                            : WIFEXITED(status)
                                                ? fmt::format("ended with exit code {}", WEXITSTATUS(status))
                                                : fmt::format("ended by signal {}", WTERMSIG(status))));
    }
    if (ended < 0) return finish(fail(ErrorCode::kRetry, fmt::format("is gone: {}", std::strerror(errno))));
    if (!late_ && std::chrono::steady_clock::now() - started_ >= limit_) {
      late_ = true;
      ::kill(-pid_, SIGKILL);
    }
    loop_.start_timer(kCommandPoll, [self = shared_from_this()] { self->poll(); });
  }

  void finish(Result<void> result) {
    loop_.post([done = std::move(done_), result = std::move(result)] { done(result); });
  }

  EventLoop& loop_;
  Nanos limit_;
  AlertChannel::Done done_;
  pid_t pid_ = -1;
  bool late_ = false;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace

AlertChannel::AlertChannel(EventLoop& loop, std::string name, std::string version, Deliver deliver, Nanos interval)
    : loop_(loop),
      version_(std::move(version)),
      deliver_(std::move(deliver)),
      interval_(interval),
      backoff_(interval, kLongestWait, kSeed) {
  status_.name = std::move(name);
}

AlertChannel::~AlertChannel() {
  if (timer_) loop_.cancel_timer(*timer_);
}

void AlertChannel::push(const collector::Alert& alert) {
  if (waiting_.size() >= kMostWaiting) {
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(under_way_));
    ++untold_;
    ++status_.left_out;
  }
  waiting_.push_back(alert);
  // What comes up together is said together.
  if (!timer_ && under_way_ == 0) wait(Nanos{0});
}

void AlertChannel::finish() {
  if (std::exchange(is_ending_, true)) return;
  interval_ = Nanos{0};
  if (timer_) loop_.cancel_timer(*std::exchange(timer_, std::nullopt));
  is_finished_ = waiting_.empty();
  if (!is_finished_ && under_way_ == 0) wait(Nanos{0});
}

AlertChannel::Status AlertChannel::status() const {
  Status status = status_;
  status.waiting = waiting_.size();
  return status;
}

void AlertChannel::wait(Nanos span) {
  timer_ = loop_.start_timer(span, [this] {
    timer_.reset();
    deliver();
  });
}

void AlertChannel::deliver() {
  if (waiting_.empty()) return;
  under_way_ = std::min(waiting_.size(), kMostAtOnce);
  const std::vector<collector::Alert> alerts(waiting_.begin(),
                                             waiting_.begin() + static_cast<std::ptrdiff_t>(under_way_));
  deliver_(alert_message(alerts, untold_, version_),
           [this, told = untold_, alive = std::weak_ptr(alive_)](const Result<void>& done) {
             if (!alive.expired()) on_done(told, done);
           });
}

void AlertChannel::on_done(std::uint64_t told, const Result<void>& done) {
  const std::size_t count = std::exchange(under_way_, 0);
  if (!done) {
    ++status_.failures;
    status_.failure = done.error().message;
    is_finished_ = is_ending_;
    if (!is_ending_) wait(backoff_.next());
    return;
  }
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
  status_.delivered += count;
  status_.failure.clear();
  untold_ -= told;
  backoff_.reset();
  is_finished_ = is_ending_ && waiting_.empty();
  if (!is_finished_) wait(interval_);
}

AlertChannel::Deliver post_to(HttpClient& client, std::string url) {
  return [&client, url = std::move(url)](std::string message, AlertChannel::Done done) {
    HttpRequest request;
    request.method = "POST";
    request.url = url;
    request.headers = {{"Content-Type", "application/json"}};
    request.body = std::move(message);
    client.request(std::move(request), [done = std::move(done)](const NetResult<HttpResponse>& response) {
      constexpr int kSuccess = 2;
      if (!response) return done(fail(ErrorCode::kRetry, response.error().message));
      if (response->status / 100 != kSuccess) {
        return done(fail(ErrorCode::kRetry, fmt::format("answered with status {}", response->status)));
      }
      done({});
    });
  };
}

AlertChannel::Deliver run_command(EventLoop& loop, std::string command, Nanos limit) {
  return [&loop, limit, command = std::move(command)](const std::string& message, AlertChannel::Done done) {
    std::make_shared<Command>(loop, limit, std::move(done))->start(command, message);
  };
}

}  // namespace acts
