// A TCP proxy on a port of its own that makes trouble on the way to a server.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <string>
#include <thread>

namespace acts::servers {

enum class Trouble : std::uint8_t {
  kNone,
  kRefused,      // connections are reset, those that are open too
  kSlow,         // 4 KB in 10 ms, each way
  kAnswersLost,  // the server gets everything, its answers go nowhere
  kSilent,       // nothing is carried
};

class FaultProxy {
 public:
  explicit FaultProxy(std::uint16_t server_port);
  ~FaultProxy();
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  void set(Trouble trouble) { trouble_ = trouble; }

 private:
  struct Pair;
  void run();
  void accept();
  bool carry(Pair& pair) const;

  std::uint16_t server_port_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  std::list<Pair> pairs_;
  std::atomic<Trouble> trouble_ = Trouble::kNone;
  std::atomic<bool> stops_ = false;
  std::thread thread_;
};

}  // namespace acts::servers
