#!/usr/bin/env python3
"""Other people's Binance clients against `acts exchange`, over loopback.

    scripts/clients.sh        installs what requirements.txt names, and runs this

A client that is not installed is skipped and named; with none at all the exit code is 77.
"""

import asyncio
import importlib.util
import os
import re
import subprocess
import sys

PATIENCE = 30  # seconds for each check


def need(condition, what):
    if not condition:
        raise AssertionError(what)


def check_book(bids, asks, levels):
    need(len(bids) >= levels and len(asks) >= levels, f"{len(bids)} bids and {len(asks)} asks, not {levels}")
    need(float(bids[0][0]) < float(asks[0][0]), f"crossed: {bids[0]} {asks[0]}")


async def python_binance(spot, usdm, secure):
    from binance import AsyncClient, BinanceSocketManager, DepthCacheManager

    http, ws = ("https", "wss") if secure else ("http", "ws")
    AsyncClient.API_URL = f"{http}://{spot}/api"
    AsyncClient.FUTURES_URL = f"{http}://{usdm}/fapi"
    client = await AsyncClient.create()
    try:
        book = await client.get_order_book(symbol="BTCUSDT", limit=1000)
        check_book(book["bids"], book["asks"], 1000)
        book = await client.futures_order_book(symbol="ETHUSDT", limit=500)
        check_book(book["bids"], book["asks"], 500)
        info = await client.get_exchange_info()
        need({s["symbol"] for s in info["symbols"]} >= {"BTCUSDT", "ETHUSDT"}, "symbols missing")

        manager = BinanceSocketManager(client)
        manager.STREAM_URL = f"{ws}://{spot}/"
        manager.FSTREAM_URL = f"{ws}://{usdm}/"
        async with manager.depth_socket("BTCUSDT") as stream:
            last = None
            for _ in range(5):
                message = await stream.recv()
                need(last is None or message["U"] == last + 1, f"a gap: {message['U']} after {last}")
                last = message["u"]
        async with manager.futures_depth_socket("BTCUSDT") as stream:
            message = (await stream.recv())["data"]
            check_book(message["b"], message["a"], 10)

        cache_manager = DepthCacheManager(client, "BTCUSDT")
        cache_manager._bm.STREAM_URL = f"{ws}://{spot}/"
        async with cache_manager as stream:
            for _ in range(10):
                cache = await stream.recv()
                check_book(cache.get_bids(), cache.get_asks(), 100)
    finally:
        await client.close_connection()


async def ccxt(spot, usdm, secure):
    import ccxt.pro

    http, ws = ("https", "wss") if secure else ("http", "ws")
    options = {"defaultType": "spot", "fetchMarkets": {"types": ["spot"]}, "fetchCurrencies": False}
    exchange = ccxt.pro.binance({"options": options, "has": {"fetchCurrencies": False}})
    if secure:
        exchange.cafile = os.environ["SSL_CERT_FILE"]
    exchange.has["fetchCurrencies"] = False
    exchange.urls["api"].update(
        public=f"{http}://{spot}/api/v3", private=f"{http}://{spot}/api/v3", fapiPublic=f"{http}://{usdm}/fapi/v1"
    )
    exchange.urls["api"]["ws"]["spot"] = f"{ws}://{spot}/ws"
    try:
        markets = await exchange.load_markets()
        need("BTC/USDT" in markets and markets["BTC/USDT"]["spot"], "BTC/USDT is not a spot market")
        book = await exchange.fetch_order_book("BTC/USDT", 100)
        check_book(book["bids"], book["asks"], 100)
        for _ in range(5):
            book = await exchange.watch_order_book("BTC/USDT")
            check_book(book["bids"], book["asks"], 100)
    finally:
        await exchange.close()


def start_exchange(acts, secure):
    command = [acts, "exchange", "--synthetic", "1", "--venue", "binance-spot,binance-usdm", "--levels", "3000"]
    process = subprocess.Popen(command + (["--tls"] if secure else []), stdout=subprocess.PIPE, text=True)
    lines = [process.stdout.readline() for _ in range(2)]
    hosts = [re.search(r"--rest-url https?://(\S+)", line).group(1) for line in lines]
    ca_file = re.search(r"--ca-file (\S+)", lines[0])
    return process, hosts, ca_file.group(1) if ca_file else None


CLIENTS = {"python-binance": ("binance", python_binance), "ccxt": ("ccxt", ccxt)}


def check_one(name, spot, usdm, secure):
    asyncio.run(asyncio.wait_for(CLIENTS[name][1](spot, usdm, secure == "tls"), PATIENCE))


def main(acts):
    installed = [name for name, (module, _) in CLIENTS.items() if importlib.util.find_spec(module)]
    for name in CLIENTS.keys() - set(installed):
        print(f"SKIPPED {name}: not installed")
    failures = 0
    for transport in ("plain", "tls"):
        process, (spot, usdm), ca_file = start_exchange(acts, transport == "tls")
        # aiohttp reads the certificate file as it is loaded: each check is a process of its own.
        environment = os.environ | ({"SSL_CERT_FILE": ca_file, "REQUESTS_CA_BUNDLE": ca_file} if ca_file else {})
        try:
            for name in installed:
                command = [sys.executable, __file__, "--check", name, spot, usdm, transport]
                done = subprocess.run(command, env=environment)
                print(f"{'FAILED' if done.returncode else 'OK'} {name} {transport}", flush=True)
                failures += done.returncode != 0
        finally:
            process.terminate()
            process.wait()
    return 77 if not installed else 1 if failures else 0


if __name__ == "__main__":
    if len(sys.argv) == 6 and sys.argv[1] == "--check":
        sys.exit(check_one(*sys.argv[2:]))
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
