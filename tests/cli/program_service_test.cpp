// The collector as a service: what it tells the service manager, and what it takes over when it is told to.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "cli/command.hpp"
#include "cli/program.hpp"
#include "recording/temp_dir.hpp"

namespace acts::cli {
namespace {

using acts::testing::read_file;
using acts::testing::TempDir;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kMostMillis = 20'000;
const std::string kOneSymbol = "[collect]\nsymbols = [\"BTCUSDT\"]\n";

// Of this process, and so of those that it starts meanwhile.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) { ::setenv(name, value.c_str(), 1); }
  ~Variable() { ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

// The end that systemd reads (sd_notify(3)).
class ServiceManager {
 public:
  explicit ServiceManager(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0) << path;
  }
  ~ServiceManager() { ::close(socket_); }
  ServiceManager(const ServiceManager&) = delete;
  ServiceManager& operator=(const ServiceManager&) = delete;

  // What it is told next; "" if nothing comes.
  std::string next() {
    pollfd ready{.fd = socket_, .events = POLLIN, .revents = 0};
    if (::poll(&ready, 1, kMostMillis) <= 0) return {};
    std::array<char, 256> bytes{};
    const ssize_t count = ::recv(socket_, bytes.data(), bytes.size(), 0);
    return count > 0 ? std::string(bytes.data(), static_cast<std::size_t>(count)) : std::string();
  }
  // But signs of life, of which at most as many as come in that time of a watchdog of 0.2 s.
  std::string next_state() {
    for (int i = 0; i < kMostMillis / 100; ++i) {
      if (std::string told = next(); told != "WATCHDOG=1") return told;
    }
    return {};
  }

 private:
  int socket_;
};

std::vector<std::string> collect_from_nobody(const std::string& config) {
  return {"--config", config, "collect", "--rest-url", "http://127.0.0.1:1", "--stream-url", "ws://127.0.0.1:1"};
}

TEST(Program, TellsTheServiceManagerWhatItDoes) {
  const TempDir dir;
  ServiceManager manager(dir / "notify");
  const Variable socket("NOTIFY_SOCKET", dir / "notify");
  const Variable watchdog("WATCHDOG_USEC", "200000");
  Running collector(collect_from_nobody(dir.write("acts.toml", kOneSymbol)), dir.string(), dir / "log");
  ASSERT_EQ(manager.next_state(), "READY=1") << read_file(dir / "log");
  for (int i = 0; i < 3; ++i) ASSERT_EQ(manager.next(), "WATCHDOG=1") << i;
  collector.signal(SIGHUP);
  ASSERT_EQ(manager.next_state(), "RELOADING=1");
  ASSERT_EQ(manager.next_state(), "READY=1");
  ASSERT_EQ(manager.next(), "WATCHDOG=1");
  collector.signal(SIGTERM);
  ASSERT_EQ(manager.next_state(), "STOPPING=1");
  EXPECT_EQ(collector.wait(), kExitDone);
}

// Once its socket was full, each word waited for ever, and with it the collector.
TEST(Program, IsNotHeldUpByAServiceManagerThatReadsNothing) {
  const TempDir dir;
  const ServiceManager manager(dir / "notify");
  const Variable socket("NOTIFY_SOCKET", dir / "notify");
  const Variable watchdog("WATCHDOG_USEC", "2000");
  std::vector<std::string> arguments = collect_from_nobody(dir.write("acts.toml", kOneSymbol));
  arguments.insert(arguments.end(), {"--duration", "1s"});
  EXPECT_EQ(run_acts(arguments, dir.string()).exit_code, kExitDone);
}

// False: it was not said in 20 s.
bool comes_to_say(const std::string& log, const std::string& text) {
  for (int i = 0; i < kMostMillis / 50; ++i) {
    if (read_file(log).contains(text)) return true;
    ::usleep(50'000);
  }
  return false;
}

std::size_t times_in(const std::string& text, const std::string& part) {
  std::size_t times = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++times;
  return times;
}

TEST(Program, CollectsASymbolThatItsConfigurationHasGot) {
  const TempDir dir;
  Running market(
      {"--log-level", "error", "exchange", "--synthetic", "1", "--symbols", "BTCUSDT,ETHUSDT", "--levels", "100"},
      dir.string());
  std::vector<std::string> collect = collect_arguments(market.next_line(), {});
  ASSERT_FALSE(collect.empty());
  collect.insert(collect.begin(), {"--config", dir.write("acts.toml", kOneSymbol)});
  const std::string log = dir / "log";
  Running collector(collect, dir.string(), log);
  ASSERT_TRUE(comes_to_say(log, "binance-spot BTCUSDT: live: bid ")) << read_file(log);
  EXPECT_THAT(read_file(log), Not(HasSubstr("ETHUSDT")));

  std::ignore = dir.write("acts.toml", "[collect]\nsymbols = [\"BTCUSDT\", \"ETHUSDT\"]\n");
  collector.signal(SIGHUP);
  ASSERT_TRUE(comes_to_say(log, "SIGHUP: 2 symbols wanted now")) << read_file(log);
  ASSERT_TRUE(comes_to_say(log, "binance-spot ETHUSDT: live: bid ")) << read_file(log);
  collector.signal(SIGTERM);
  EXPECT_EQ(collector.wait(), kExitDone);
  const std::string said = read_file(log);
  EXPECT_EQ(times_in(said, "BTCUSDT: live: bid "), 1U) << "the other one was disturbed: " << said;
  EXPECT_THAT(said, Not(HasSubstr("warn binance-spot BTCUSDT")));
}

// It advised to name symbols on a command line that nobody types any more.
TEST(Program, GoesOnWithoutItsConfigurationAndSaysWhatIsMissing) {
  const TempDir dir;
  std::ignore = dir.write("acts.toml", kOneSymbol);
  std::vector<std::string> arguments = collect_from_nobody({});
  arguments.erase(arguments.begin(), arguments.begin() + 2);  // ./acts.toml is read without being named
  const std::string log = dir / "log";
  Running collector(arguments, dir.string(), log);
  ASSERT_TRUE(comes_to_say(log, "binance-spot")) << read_file(log);
  std::ignore = dir.write("acts.toml", "[collect]\nsymbols = []\n");
  collector.signal(SIGHUP);
  EXPECT_TRUE(comes_to_say(log,
                           "SIGHUP: no symbol is left to collect: list those to keep in acts.toml or its symbol "
                           "file; the run goes on as it was"))
      << read_file(log);
  std::filesystem::remove(dir / "acts.toml");
  collector.signal(SIGHUP);
  EXPECT_TRUE(comes_to_say(log,
                           "SIGHUP: acts.toml: cannot be read: No such file or directory; the run goes on as it "
                           "was"))
      << read_file(log);
  collector.signal(SIGTERM);
  EXPECT_EQ(collector.wait(), kExitDone);
}

// A log that nobody reads: a pipe that is full.
std::string full_pipe(const TempDir& dir, int& held) {
  std::string path = dir / "log";
  EXPECT_EQ(::mkfifo(path.c_str(), 0600), 0);
  held = ::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  const std::string bytes(4096, 'x');
  while (::write(held, bytes.data(), bytes.size()) > 0) {
  }
  return path;
}

TEST(Program, EndsAtASignalThoughNobodyReadsItsLog) {
  const TempDir dir;
  int held = -1;
  const std::string log = full_pipe(dir, held);
  ServiceManager manager(dir / "notify");
  const Variable socket("NOTIFY_SOCKET", dir / "notify");
  Running collector(collect_from_nobody(dir.write("acts.toml", kOneSymbol)), dir.string(), log);
  ASSERT_EQ(manager.next(), "READY=1");
  collector.signal(SIGTERM);
  ASSERT_EQ(manager.next(), "STOPPING=1");
  EXPECT_EQ(collector.wait(), kExitDone);
  ::close(held);
}

// A collector that a stop holds up for seconds: its database takes connections and says nothing.
class SlowToStop {
 public:
  SlowToStop() : silent_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), manager_(dir_ / "notify") {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(::bind(silent_, reinterpret_cast<const sockaddr*>(&address), size), 0);
    EXPECT_EQ(::listen(silent_, 8), 0);
    EXPECT_EQ(::getsockname(silent_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    const std::string uri = "postgresql://acts@127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/acts";
    const Variable socket("NOTIFY_SOCKET", dir_ / "notify");
    const std::string config = dir_.write("acts.toml", kOneSymbol + "[sinks.postgresql]\nuri = \"" + uri + "\"\n");
    program_.emplace(collect_from_nobody(config), dir_.string(), log());
    EXPECT_EQ(manager_.next(), "READY=1") << read_file(log());
    pollfd connected{.fd = silent_, .events = POLLIN, .revents = 0};
    EXPECT_EQ(::poll(&connected, 1, kMostMillis), 1) << read_file(log());
  }
  ~SlowToStop() { ::close(silent_); }
  SlowToStop(const SlowToStop&) = delete;
  SlowToStop& operator=(const SlowToStop&) = delete;

  ServiceManager& manager() { return manager_; }
  Running& program() { return *program_; }
  // It has ended within so long.
  bool ends_within(int millis) {
    pollfd end{.fd = program_->output(), .events = POLLIN, .revents = 0};
    return ::poll(&end, 1, millis) == 1;
  }
  [[nodiscard]] std::string log() const { return dir_ / "log"; }

 private:
  TempDir dir_;
  int silent_;
  ServiceManager manager_;
  std::optional<Running> program_;
};

// Only its loop heard signals: one that hung heard none.
TEST(Program, EndsAtOnceAtASecondSignal) {
  SlowToStop slow;
  slow.program().signal(SIGINT);
  ASSERT_EQ(slow.manager().next(), "STOPPING=1") << read_file(slow.log());
  do slow.program().signal(SIGTERM);  // the first of them may come together with the other one
  while (!slow.ends_within(50));
  EXPECT_EQ(slow.program().wait(), 128 + SIGTERM) << read_file(slow.log());
}

// timeout(1) sends its signal to the program and to the program's group.
TEST(Program, TakesSignalsThatComeTogetherForOne) {
  const TempDir dir;
  ServiceManager manager(dir / "notify");
  const Variable socket("NOTIFY_SOCKET", dir / "notify");
  Running collector(collect_from_nobody(dir.write("acts.toml", kOneSymbol)), dir.string(), dir / "log");
  ASSERT_EQ(manager.next(), "READY=1") << read_file(dir / "log");
  collector.signal(SIGSTOP);
  collector.signal(SIGTERM);
  collector.signal(SIGINT);
  collector.signal(SIGCONT);
  EXPECT_EQ(collector.wait(), kExitDone) << read_file(dir / "log");
}

}  // namespace
}  // namespace acts::cli
