// 500 symbols on two connections: all become live and stay it, no session is cut off, the collector needs less than a
// core, and its memory stays flat for as long as ACTS_LOAD_SECONDS says (300 if it says nothing) once the books hold
// what the market has: they are first known to 100 levels a side, and every level that the market touches is kept.
// Exchange and collector are processes of their own, so that each one's processor time is its own.
#include <gtest/gtest.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "exchange/instrument_names.hpp"
#include "net/event_loop.hpp"
#include "net/http_client.hpp"
#include "support/built.hpp"

namespace acts {
namespace {

constexpr std::size_t kSymbols = 500;
constexpr Nanos kMaxUntilLive = std::chrono::seconds{60};
constexpr double kMaxCores = 1.0;
constexpr double kMaxGrowth = 1.05;  // of memory, from warm to the end
constexpr Nanos kMaxUntilKnown = std::chrono::minutes{10};
constexpr Nanos kRound = std::chrono::seconds{20};
constexpr double kStillGrowing = 1.001;  // levels, in a round
// Then books get the deletions of two minutes to remember, and the queues reach their size.
constexpr Nanos kWarmUp = std::chrono::seconds{150};
constexpr std::uint16_t kPort = 19'351;
constexpr std::uint16_t kMetricsPort = 19'352;

Nanos run_time() {
  const char* const given = std::getenv("ACTS_LOAD_SECONDS");
  return std::chrono::seconds{given == nullptr ? 300 : std::max(60, std::atoi(given))};
}

class Process {
 public:
  Process(const std::vector<std::string>& words, const std::filesystem::path& log) {
    pid_ = ::fork();
    if (pid_ != 0) return;
    std::vector<char*> argv;
    for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));  // execv() changes none
    argv.push_back(nullptr);
    if (std::freopen(log.c_str(), "w", stdout) == nullptr || ::dup2(1, 2) < 0) ::_exit(126);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  ~Process() {
    if (pid_ > 0) stop();
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  // The exit code, -1 if a signal ended it.
  int stop() {
    int status = 0;
    ::kill(pid_, SIGTERM);
    ::waitpid(std::exchange(pid_, 0), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  // User and system time used so far.
  [[nodiscard]] double cpu_seconds() const {
    std::string text = read("stat");
    text.erase(0, text.rfind(')') + 2);  // the name may hold blanks; "state" comes next
    std::istringstream fields(text);
    std::string skipped;
    for (int i = 0; i < 11; ++i) fields >> skipped;
    double user = 0;
    double system = 0;
    fields >> user >> system;
    return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  }
  [[nodiscard]] double resident_mib() const {
    std::istringstream fields(read("statm"));
    double size = 0;
    double resident = 0;
    fields >> size >> resident;
    return resident * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1024.0 * 1024.0);
  }

 private:
  [[nodiscard]] std::string read(const char* name) const {
    std::ostringstream text;
    text << std::ifstream("/proc/" + std::to_string(pid_) + "/" + name).rdbuf();
    return text.str();
  }
  pid_t pid_ = 0;
};

// Sums, or counts, over the collector's metrics.
class Metrics {
 public:
  explicit Metrics(std::string text) : text_(std::move(text)) {}
  [[nodiscard]] double sum(const std::string& name, const std::string& label = "") const {
    std::istringstream lines(text_);
    double total = 0;
    for (std::string line; std::getline(lines, line);) {
      const bool named =
          line.starts_with(name) && line.size() > name.size() && std::string("{ ").contains(line[name.size()]);
      if (named && line.contains(label)) total += std::atof(line.substr(line.rfind(' ')).c_str());
    }
    return total;
  }

 private:
  std::string text_;
};

class Load : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / "acts_load";
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    std::string symbols;
    for (const std::string& name : exchange::synthetic_symbols(kSymbols))
      symbols += (symbols.empty() ? "" : ",") + name;
    symbols_ = symbols;
    std::ranges::replace(symbols, ',', '\n');
    std::ofstream(folder_ / "symbols") << symbols << '\n';
  }
  void TearDown() override {
    if (!HasFailure()) std::filesystem::remove_all(folder_);
  }

  Metrics metrics() {
    std::string body;
    HttpRequest request;
    request.url = "http://127.0.0.1:" + std::to_string(kMetricsPort) + "/metrics";
    http_.request(request, [&](const NetResult<HttpResponse>& answer) {
      if (answer) body = answer->body;
      loop_.stop();
    });
    loop_.run_for(std::chrono::seconds{10});
    return Metrics(body);
  }
  double live() { return metrics().sum("acts_book_state", R"(state="live")"); }
  void pause(Nanos span) { loop_.run_for(span); }
  std::string log_of(const char* name) const {
    std::ostringstream text;
    text << std::ifstream(folder_ / name).rdbuf();
    return text.str();
  }

  EventLoop loop_;
  HttpClient http_{loop_, {}};
  std::filesystem::path folder_;
  std::string symbols_;
};

TEST_F(Load, FiveHundredSymbolsAreCollectedOnTwoConnectionsByLessThanACore) {
  const std::string& acts = test::acts_binary();
  const std::string address = "127.0.0.1:" + std::to_string(kPort);
  Process market({acts, "exchange", "--listen", address, "--synthetic", "5", "--levels", "1000", "--symbols", symbols_},
                 folder_ / "exchange.log");
  for (int i = 0; i < 300 && !log_of("exchange.log").contains(address); ++i) pause(std::chrono::milliseconds{100});
  const auto begin = std::chrono::steady_clock::now();
  Process collector({acts, "collect", "@" + (folder_ / "symbols").string(), "--rest-url", "http://" + address,
                     "--stream-url", "ws://" + address, "--limit", "100", "--connections", "2", "--metrics",
                     "127.0.0.1:" + std::to_string(kMetricsPort), "--data-dir", folder_.string()},
                    folder_ / "collect.log");
  const auto passed = [&] { return std::chrono::steady_clock::now() - begin; };
  while (live() < kSymbols && passed() < kMaxUntilLive) pause(std::chrono::milliseconds{500});
  ASSERT_EQ(live(), kSymbols) << log_of("collect.log").substr(0, 2000);
  const double seconds_until_live = std::chrono::duration<double>(passed()).count();

  double levels = 0;
  do {
    levels = metrics().sum("acts_book_levels");
    pause(kRound);
  } while (passed() < kMaxUntilKnown && metrics().sum("acts_book_levels") > levels * kStillGrowing);
  pause(kWarmUp);
  const double warm_mib = collector.resident_mib();
  const double warm_cpu = collector.cpu_seconds();
  const double market_cpu = market.cpu_seconds();
  const double warm_messages = metrics().sum("acts_messages_total");
  const auto warm_at = std::chrono::steady_clock::now();
  double fewest_live = kSymbols;
  const auto measured = [&] { return std::chrono::steady_clock::now() - warm_at; };
  while (measured() < run_time()) {
    pause(std::chrono::seconds{5});
    fewest_live = std::min(fewest_live, live());
  }
  const double span = std::chrono::duration<double>(measured()).count();
  const double cores = (collector.cpu_seconds() - warm_cpu) / span;
  const double market_cores = (market.cpu_seconds() - market_cpu) / span;
  const double end_mib = collector.resident_mib();
  const double rate = (metrics().sum("acts_messages_total") - warm_messages) / span;
  const double gaps = metrics().sum("acts_gaps_total");
  levels = metrics().sum("acts_book_levels");
  std::cout << "load: " << kSymbols << " symbols live after " << seconds_until_live << " s; over " << span << " s "
            << rate << " messages/s, collector " << cores << " cores, exchange " << market_cores << " cores, memory "
            << warm_mib << " MiB warm, " << end_mib << " MiB at the end, " << levels << " levels, " << gaps
            << " gaps\n";
  EXPECT_EQ(fewest_live, kSymbols);
  EXPECT_EQ(gaps, 0);
  EXPECT_GT(rate, 1000);
  EXPECT_LT(cores, kMaxCores);
  EXPECT_LT(market_cores, kMaxCores);
  EXPECT_LT(end_mib, warm_mib * kMaxGrowth);
  EXPECT_FALSE(log_of("exchange.log").contains("cut off")) << log_of("exchange.log").substr(0, 2000);
  EXPECT_EQ(collector.stop(), 0);
  EXPECT_EQ(market.stop(), 0);
}

}  // namespace
}  // namespace acts
