"""Modbus devices for tests: units 1 and 2 on one bus, over TCP or on a serial line.

usage: server.py tcp PORT LOG | server.py serial FILE LOG

Every write is one line of JSON in LOG. While LOG.mute exists, what is asked is done and not answered.
"""

import asyncio
import functools
import json
import os
import sys

from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

MODE, PLACE, LOG = sys.argv[1:4]
WRITES = {5, 6, 15, 16}
# Holding registers that answer with an exception: 4, 6, 11.
REFUSING = {300: ExcCodes.DEVICE_FAILURE, 301: ExcCodes.DEVICE_BUSY, 302: ExcCodes.GATEWAY_NO_RESPONSE}


async def seen(unit, code, _start, address, count, _registers, values):
    # After a write it is asked once more, with no values.
    if code in WRITES and values:
        with open(LOG, "a", encoding="utf-8") as log:
            log.write(json.dumps({"unit": unit, "function": code, "address": address, "values": list(values)}) + "\n")
    return REFUSING.get(address)


def device(unit):
    registers = functools.partial(SimData, datatype=DataType.REGISTERS)
    holding = [
        registers(0, values=[215 + unit, 65535, 0, 0]),
        SimData(4, values=-2, datatype=DataType.INT32),
        SimData(6, values=21.5, datatype=DataType.FLOAT32),
        SimData(8, values=2.25, datatype=DataType.FLOAT64),
        SimData(12, values=-5_000_000_000, datatype=DataType.INT64),
        SimData(16, values=18_446_744_073_709_551_615, datatype=DataType.UINT64),
        registers(20, values=[0x6861, 0x6C6C, 0, 0]),
        registers(24, count=26),
        registers(50, values=[7], readonly=True),
        registers(300, count=3),
    ]
    coils = [SimData(0, values=False, count=64, datatype=DataType.BITS)]
    inputs = [SimData(0, values=[True] + [False] * 15, datatype=DataType.BITS)]
    return SimDevice(unit, simdata=(coils, inputs, holding, [registers(0, values=[1013, 7])]), action=functools.partial(seen, unit))


def muted(sending, packet):
    return b"" if sending and os.path.exists(LOG + ".mute") else packet


async def main():
    units = [device(1), device(2)]
    if MODE == "tcp":
        server = ModbusTcpServer(units, address=("127.0.0.1", int(PLACE)), trace_packet=muted)
    else:
        server = ModbusSerialServer(units, port=PLACE, baudrate=19200, parity="N", trace_packet=muted)
    await server.serve_forever(background=True)
    print(json.dumps({"ready": True}), flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
